function Approve-CoRun {
    <#
    .SYNOPSIS
    Says yes to a DO that is held, or to the changes that it made.

    .DESCRIPTION
    The DO runs once, as it is, with the consent that Get-CoHeld shows. Nothing is shown or asked here, unless you add
    -Confirm: `cotemp approve RUN` shows every line of it first, and what its consent reaches, and asks.

    .PARAMETER Run
    A run id, or as much of it as no other has.

    .EXAMPLE
    Approve-CoRun 20261121-101502

    .EXAMPLE
    Get-CoHeld | Approve-CoRun -Confirm
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Low')]
    [OutputType('Cotemp.Decision')]
    param(
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [Alias('run_id')]
        [string] $Run
    )
    process {
        if (-not $PSCmdlet.ShouldProcess($Run, 'Approve')) { return }
        $answer = Invoke-CoBridge 'run.approve' @{ run = $Run }
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.WriteError($answer); return }
        if (-not $answer.watched) {
            $PSCmdlet.WriteWarning("Nobody watches $($answer.session) now: Start-CoQueueWatcherJob")
        }
        $answer | Add-CoType 'Cotemp.Decision'
    }
}
