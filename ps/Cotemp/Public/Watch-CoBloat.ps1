function Watch-CoBloat {
    <#
    .SYNOPSIS
    Looks once whether chats have grown too long, and acts on it.

    .DESCRIPTION
    A signal that is over its threshold twice in a row is a breach: then a CoWrap is made, and a line is added to
    alerts\BLOAT_ALERT.txt in the home. `cotemp up` does the same each minute; two looks within 30 seconds count as one.

    .PARAMETER Session
    Only this panel or session.

    .PARAMETER WarnStaleMinutes
    Minutes without a sign of life that are too many. Without it, those of the settings.

    .PARAMETER WarnSlowDOsPerHour
    Fewer DOs an hour are too few. Without it, those of the settings.

    .EXAMPLE
    Watch-CoBloat

    .EXAMPLE
    while ($true) { $null = Watch-CoBloat -Session 'co-migrate'; Start-Sleep 60 }
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Low')]
    [OutputType('Cotemp.Bloat')]
    param(
        [Parameter(ValueFromPipelineByPropertyName)] [Alias('session_id')]
        [ArgumentCompleter({ param($c, $p, $word) & (Get-Module Cotemp) { param($w) Complete-CoTarget $w } $word })]
        [string] $Session,
        [ValidateRange(1, 100000)]
        [int] $WarnStaleMinutes,
        [ValidateRange(0, 100000)]
        [int] $WarnSlowDOsPerHour
    )
    process {
        $what = if ($Session) { $Session } else { 'all sessions' }
        if (-not $PSCmdlet.ShouldProcess($what, 'Look whether the chat has grown too long')) { return }
        $stale = if ($PSBoundParameters.ContainsKey('WarnStaleMinutes')) { $WarnStaleMinutes }
        $slow = if ($PSBoundParameters.ContainsKey('WarnSlowDOsPerHour')) { $WarnSlowDOsPerHour }
        $answer = Invoke-CoBridge 'bloat.act' @{
            session = $Session; stale_minutes = $stale; dos_per_hour = $slow
        } -Spawn -Patience 300000
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.WriteError($answer); return }
        foreach ($one in $answer.sessions) {
            if ($one.problem) { $PSCmdlet.WriteWarning((Format-CoText "$($one.session): $($one.problem)")) }
            if ($one.breached) { $PSCmdlet.WriteWarning((Format-CoText $one.line)) }
            else { $PSCmdlet.WriteInformation((New-CoHostMessage $one.line), 'PSHOST') }
        }
        $answer.sessions | Add-CoType 'Cotemp.Bloat'
    }
}
