function Send-CoStandDown {
    <#
    .SYNOPSIS
    Asks a session to start no watcher of its own.

    .DESCRIPTION
    It is a note: nothing is stopped.

    .PARAMETER MigrateSessionId
    Who is asked.

    .PARAMETER PlanningSessionId
    Who is told of it, with -NotifyPlanning.

    .PARAMETER NotifyPlanning
    Tell the other session, too.

    .EXAMPLE
    Mark-MigrateStandDown -NotifyPlanning
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Low')]
    [Alias('Mark-MigrateStandDown')]
    [OutputType([void])]
    param(
        [ArgumentCompleter({ param($c, $p, $word) & (Get-Module Cotemp) { param($w) Complete-CoTarget $w } $word })]
        [string] $MigrateSessionId = 'co-migrate',
        [ArgumentCompleter({ param($c, $p, $word) & (Get-Module Cotemp) { param($w) Complete-CoTarget $w } $word })]
        [string] $PlanningSessionId = 'co-planning',
        [switch] $NotifyPlanning
    )
    process {
        if (-not $PSCmdlet.ShouldProcess($MigrateSessionId, 'Send the stand-down note')) { return }
        $notify = if ($NotifyPlanning) { $PlanningSessionId } else { '' }
        $answer = Invoke-CoBridge 'standdown' @{ to = $MigrateSessionId; notify = $notify }
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.ThrowTerminatingError($answer) }
        foreach ($note in $answer.notes) {
            $PSCmdlet.WriteInformation((New-CoHostMessage "Dropped -> $($note.path)"), 'PSHOST')
        }
    }
}
