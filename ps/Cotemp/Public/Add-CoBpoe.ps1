function Add-CoBpoe {
    <#
    .SYNOPSIS
    Adds an entry to the log of the workflow.

    .DESCRIPTION
    logs\BPOE.workflow.log.md in the home, in the original's form: title, time (UTC), text. Secrets become marks.
    Returns the path of the log.

    .PARAMETER Title
    What it is about, one line.

    .PARAMETER Body
    The text.

    .EXAMPLE
    Add-CoBpoe -Title 'Checkpoint' -Body 'Header tests are green; next: the watcher'
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Low')]
    [OutputType([string])]
    param(
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $Title,
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $Body
    )
    process {
        if (-not $PSCmdlet.ShouldProcess($Title, 'Add to the log of the workflow')) { return }
        $answer = Invoke-CoBridge 'bpoe.log' @{ title = $Title; body = $Body } -Spawn
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.WriteError($answer); return }
        $PSCmdlet.WriteInformation((New-CoHostMessage "Logged -> $($answer.path)"), 'PSHOST')
        $answer.path
    }
}
