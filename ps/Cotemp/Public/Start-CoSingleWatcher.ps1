function Start-CoSingleWatcher {
    <#
    .SYNOPSIS
    One watcher for each session: removes dead panels, starts what is missing.

    .PARAMETER Sessions
    Panel names or session ids. Without them, those of the settings (agents.toml).

    .EXAMPLE
    Start-CoSingleWatcher -Sessions 'co-planning', 'co-migrate'
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Low')]
    [OutputType([void])]
    param(
        [ArgumentCompleter({ param($c, $p, $word) & (Get-Module Cotemp) { param($w) Complete-CoTarget $w } $word })]
        [string[]] $Sessions
    )
    process {
        if (-not $PSCmdlet.ShouldProcess("$Sessions", 'Start the watchers that are missing')) { return }
        $answer = Invoke-CoBridge 'watchers.enforce' @{ sessions = $Sessions }
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.ThrowTerminatingError($answer) }
        foreach ($panel in $answer.removed) {
            $said = "Removed the panel $($panel.name): its process $($panel.pid) has ended"
            $PSCmdlet.WriteInformation((New-CoHostMessage $said), 'PSHOST')
        }
        foreach ($one in $answer.sessions) {
            Start-CoQueueWatcherJob -SessionId $one.session -PanelName $one.name
        }
    }
}
