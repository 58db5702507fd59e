function Start-CoAgentLauncher {
    <#
    .SYNOPSIS
    Starts a watcher job for each session, and lets them greet each other.

    .DESCRIPTION
    Which sessions these are, the settings say (agents.toml). Done again, it starts nothing twice.

    .PARAMETER OpenBrowser
    Open the chats, too.

    .PARAMETER ExtraTabs
    What else to open then.

    .EXAMPLE
    & "$HOME\Downloads\CoTemp\CoAgentLauncher.ps1"
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Low')]
    [OutputType([void])]
    param(
        [switch] $OpenBrowser,
        [string[]] $ExtraTabs = @(
            'https://github.com/CoCivium/CoCivium/blob/main/README.md',
            'https://github.com/CoCivium/CoCivium/blob/main/ISSUEOPS.md'
        )
    )
    process {
        if (-not $PSCmdlet.ShouldProcess('all sessions', 'Start the watchers')) { return }
        $answer = Invoke-CoBridge 'watchers.enforce'
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.ThrowTerminatingError($answer) }
        $fresh = @($answer.sessions | Where-Object { $_.watcher.state -eq 'stopped' })
        Start-CoSingleWatcher
        if ($fresh.Length) { Send-CoGreeting }
        if ($OpenBrowser) { Open-CoChats -AlsoOpenDocs -DocsTabs $ExtraTabs }
    }
}
