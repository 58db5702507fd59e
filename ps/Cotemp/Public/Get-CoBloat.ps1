function Get-CoBloat {
    <#
    .SYNOPSIS
    Whether chats have grown too long: each signal with its value and its threshold.

    .DESCRIPTION
    Nothing is changed. Watch-CoBloat acts on it; so does `cotemp up`, each minute.

    .PARAMETER Session
    Only this panel or session.

    .PARAMETER WarnStaleMinutes
    Minutes without a sign of life that are too many. Without it, those of the settings.

    .PARAMETER WarnSlowDOsPerHour
    Fewer DOs an hour are too few. Without it, those of the settings.

    .EXAMPLE
    Get-CoBloat -Session 'co-migrate'

    .EXAMPLE
    (Get-CoBloat -Session 'co-migrate').signals | Format-Table
    #>
    [CmdletBinding()]
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
        $stale = if ($PSBoundParameters.ContainsKey('WarnStaleMinutes')) { $WarnStaleMinutes }
        $slow = if ($PSBoundParameters.ContainsKey('WarnSlowDOsPerHour')) { $WarnSlowDOsPerHour }
        $answer = Invoke-CoBridge 'bloat' @{ session = $Session; stale_minutes = $stale; dos_per_hour = $slow }
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.WriteError($answer); return }
        $answer.sessions | Add-CoType 'Cotemp.Bloat'
    }
}
