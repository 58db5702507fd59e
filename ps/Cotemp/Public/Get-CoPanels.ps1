function Get-CoPanels {
    <#
    .SYNOPSIS
    The panels: which window is which session.

    .DESCRIPTION
    By name. Each has pid, name, session_id, inbox, outbox, logs, ts, and state: alive, or unverified where
    nobody can tell.

    .PARAMETER All
    Those whose process has ended, too.

    .EXAMPLE
    Get-CoPanels | Format-Table name, session_id, pid
    #>
    [CmdletBinding()]
    [OutputType('Cotemp.Panel')]
    param(
        [switch] $All
    )
    process {
        $answer = Invoke-CoBridge 'panels.list' @{ all = [bool] $All }
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.ThrowTerminatingError($answer) }
        foreach ($file in $answer.unreadable) { $PSCmdlet.WriteWarning((Format-CoText "$($file.file): $($file.why)")) }
        $answer.panels | Add-CoType 'Cotemp.Panel'
    }
}
