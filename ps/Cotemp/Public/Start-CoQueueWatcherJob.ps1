function Start-CoQueueWatcherJob {
    <#
    .SYNOPSIS
    Starts a job that runs the DOs of a session.

    .DESCRIPTION
    The job is called CoQueueWatcher-<session>; Receive-Job shows what it says, Stop-Job ends it and all that it runs. A
    session has one watcher: where another process watches it, the job follows, and takes over when that has ended. A
    session that does not exist is made.

    .PARAMETER PollMs
    For older scripts: nothing polls, what arrives is seen at once.

    .PARAMETER SessionId
    A panel name or session id. Without it, the session of this PowerShell.

    .PARAMETER PanelName
    Register this PowerShell as that panel of the session, too.

    .EXAMPLE
    Start-CoQueueWatcherJob -SessionId 'co-migrate' -PanelName 'Migrate'
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Low')]
    [OutputType([void])]
    param(
        [int] $PollMs = 600,
        [Parameter(ValueFromPipelineByPropertyName)] [Alias('session_id')]
        [ArgumentCompleter({ param($c, $p, $word) & (Get-Module Cotemp) { param($w) Complete-CoTarget $w } $word })]
        [string] $SessionId,
        [Parameter(ValueFromPipelineByPropertyName)] [Alias('name')]
        [string] $PanelName
    )
    process {
        if (-not $PSCmdlet.ShouldProcess($SessionId, 'Start a job that runs the DOs')) { return }
        $answer = Invoke-CoBridge 'jobs.watch-info' @{ session = $SessionId; create = $true }
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.WriteError($answer); return }
        $watch = $answer
        if ($PanelName) {
            $answer = Invoke-CoBridge 'panels.register' @{ name = $PanelName; session_id = $watch.session; pid = $PID }
            if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.WriteError($answer); return }
        }
        $jobs = @(Get-Job -Name $watch.job_name -ErrorAction Ignore)
        if (@($jobs | Where-Object { @('Running', 'NotStarted') -contains $_.State }).Length) {
            $PSCmdlet.WriteInformation((New-CoHostMessage "Watcher job already runs: $($watch.session)"), 'PSHOST')
            return
        }
        $jobs | Remove-Job -Force
        if ($watch.watcher.state -ne 'stopped') {
            $said = "$($watch.session) is watched already (process $($watch.watcher.pid)): the job here follows it"
            $PSCmdlet.WriteInformation((New-CoHostMessage $said), 'PSHOST')
        }
        $program, $arguments = $watch.argv
        Start-CoWatchJob $watch.job_name @($program, (Join-CoArgument $arguments), $true)
        $PSCmdlet.WriteInformation((New-CoHostMessage "Watcher job started: $($watch.session)"), 'PSHOST')
    }
}
