function Get-CoAgentStatus {
    <#
    .SYNOPSIS
    One row for each session: what waits, what ran, who watches.

    .DESCRIPTION
    Each has name, session, pid, inbox_ps1, outbox_ps1, last_log, and more: watcher, held, unknown, runs_today,
    notes_unread.

    .EXAMPLE
    Get-CoAgentStatus

    .EXAMPLE
    Get-CoAgentStatus | Where-Object held
    #>
    [CmdletBinding()]
    [OutputType('Cotemp.SessionStatus')]
    param()
    process {
        $answer = Invoke-CoBridge 'status'
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.ThrowTerminatingError($answer) }
        $answer.sessions | Add-CoType 'Cotemp.SessionStatus'
    }
}
