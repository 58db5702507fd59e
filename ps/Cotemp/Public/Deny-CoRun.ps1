function Deny-CoRun {
    <#
    .SYNOPSIS
    Says no to a DO that is held, or to the changes that it made.

    .PARAMETER Run
    A run id, or as much of it as no other has.

    .PARAMETER Why
    The reason, for the log.

    .EXAMPLE
    Deny-CoRun 20261121-101502 -Why 'not today'
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Low')]
    [OutputType('Cotemp.Decision')]
    param(
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [Alias('run_id')]
        [string] $Run,
        [string] $Why
    )
    process {
        if (-not $PSCmdlet.ShouldProcess($Run, 'Deny')) { return }
        $answer = Invoke-CoBridge 'run.deny' @{ run = $Run; why = $Why }
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.WriteError($answer); return }
        $answer | Add-CoType 'Cotemp.Decision'
    }
}
