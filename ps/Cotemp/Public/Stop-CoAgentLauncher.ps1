function Stop-CoAgentLauncher {
    <#
    .SYNOPSIS
    Stops the watcher jobs of this PowerShell.

    .DESCRIPTION
    What they run is interrupted; what waits stays where it is.

    .EXAMPLE
    Stop-CoAgentLauncher
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Low')]
    [OutputType([void])]
    param()
    process {
        $jobs = @(Get-Job -Name 'CoQueueWatcher-*' -ErrorAction Ignore)
        foreach ($job in $jobs) {
            if (-not $PSCmdlet.ShouldProcess($job.Name, 'Stop the watcher job')) { continue }
            Stop-Job -Job $job
            Remove-Job -Job $job -Force
            $PSCmdlet.WriteInformation((New-CoHostMessage "Watcher job stopped: $($job.Name)"), 'PSHOST')
        }
        $answer = Invoke-CoBridge 'status'
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.ThrowTerminatingError($answer) }
        if ($answer.supervisor.state -eq 'running') {
            $said = 'The daemon runs still (cotemp up started it). To end it: cotemp down'
            $PSCmdlet.WriteInformation((New-CoHostMessage $said), 'PSHOST')
        }
    }
}
