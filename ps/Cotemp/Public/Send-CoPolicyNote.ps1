function Send-CoPolicyNote {
    <#
    .SYNOPSIS
    Reminds sessions that each has one watcher, and that consent is enforced.

    .PARAMETER Sessions
    Panel names or session ids.

    .EXAMPLE
    Send-CoPolicyNote -Sessions 'co-planning'
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Low')]
    [OutputType([void])]
    param(
        [ArgumentCompleter({ param($c, $p, $word) & (Get-Module Cotemp) { param($w) Complete-CoTarget $w } $word })]
        [string[]] $Sessions = @('co-planning', 'co-migrate')
    )
    process {
        $text = 'One watcher runs the DOs of each session: do not start another. A DO may do what its header ' +
            'asks for, at most what the owner of the machine allows; the rest waits for a human. Logs hold no secrets.'
        foreach ($session in $Sessions) {
            if (-not $PSCmdlet.ShouldProcess($session, 'Send the policy note')) { continue }
            $answer = Invoke-CoBridge 'note.send' @{ to = $session; text = $text; kind = 'WATCHER_POLICY' }
            if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.WriteError($answer); continue }
            $PSCmdlet.WriteInformation((New-CoHostMessage "Note sent -> $($answer.path)"), 'PSHOST')
        }
    }
}
