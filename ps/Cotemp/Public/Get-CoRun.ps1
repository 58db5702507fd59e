function Get-CoRun {
    <#
    .SYNOPSIS
    Runs: what DOs did, and how they ended.

    .DESCRIPTION
    Oldest first. With a run's id, all that is known of it: run, document (its JSON log), do_file, artifacts.

    .PARAMETER Run
    A run id, as much of it as no other has, or `last`.

    .PARAMETER Session
    Only those of this panel or session.

    .PARAMETER Since
    Only those since this date and time, such as 2026-01-31 18:00:00Z.

    .PARAMETER Failed
    Only those that ended, and not as passed.

    .PARAMETER Limit
    The newest so many.

    .EXAMPLE
    Get-CoRun -Session 'co-migrate' -Failed

    .EXAMPLE
    (Get-CoRun last).document
    #>
    [CmdletBinding(DefaultParameterSetName = 'Many')]
    [OutputType('Cotemp.Run')]
    [OutputType('Cotemp.RunDetail')]
    param(
        [Parameter(ParameterSetName = 'One', Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [Alias('run_id')]
        [string] $Run,
        [Parameter(ParameterSetName = 'Many')]
        [ArgumentCompleter({ param($c, $p, $word) & (Get-Module Cotemp) { param($w) Complete-CoTarget $w } $word })]
        [string] $Session,
        [Parameter(ParameterSetName = 'Many')]
        [string] $Since,
        [Parameter(ParameterSetName = 'Many')]
        [switch] $Failed,
        [Parameter(ParameterSetName = 'Many')] [ValidateRange(1, 5000)]
        [int] $Limit = 500
    )
    process {
        if ($PSCmdlet.ParameterSetName -eq 'One') {
            $answer = Invoke-CoBridge 'run.show' @{ run = $Run }
            if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.WriteError($answer); return }
            $answer | Add-CoType 'Cotemp.RunDetail'
            return
        }
        $answer = Invoke-CoBridge 'runs.list' @{
            session = $Session; since = $Since; failed = [bool] $Failed; limit = $Limit
        }
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.ThrowTerminatingError($answer) }
        $answer.runs | Add-CoType 'Cotemp.Run'
    }
}
