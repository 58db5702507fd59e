function Get-CoMetric {
    <#
    .SYNOPSIS
    What is counted here: DOs, rejected headers, notes, ACKs, bloat, and how long things took.

    .DESCRIPTION
    A figure each: a count, a rate from 0 to 1, or a median in seconds. None of it leaves this machine.

    .PARAMETER Session
    Only this panel or session.

    .PARAMETER Since
    Only what happened since this date and time, such as 2026-01-31 18:00:00Z.

    .EXAMPLE
    Get-CoMetric -Session 'co-migrate'

    .EXAMPLE
    Get-CoMetric | Where-Object name -eq 'pass_rate'
    #>
    [CmdletBinding()]
    [OutputType('Cotemp.Metric')]
    param(
        [Parameter(ValueFromPipelineByPropertyName)] [Alias('session_id')]
        [ArgumentCompleter({ param($c, $p, $word) & (Get-Module Cotemp) { param($w) Complete-CoTarget $w } $word })]
        [string] $Session,
        [string] $Since
    )
    process {
        $answer = Invoke-CoBridge 'metrics' @{ session = $Session; since = $Since }
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.WriteError($answer); return }
        $answer.metrics | Add-CoType 'Cotemp.Metric'
    }
}
