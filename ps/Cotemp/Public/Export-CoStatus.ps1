function Export-CoStatus {
    <#
    .SYNOPSIS
    Writes the status into a folder: for a report, or for later.

    .DESCRIPTION
    panels.csv, jobs.csv, latest-log-<session>.txt and STATUS_SUMMARY.md. Returns the folder.

    .PARAMETER OutDir
    The folder. Without it, a new one below logs in the home.

    .EXAMPLE
    Export-CoStatus -OutDir .\status
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Low')]
    [OutputType([string])]
    param(
        [string] $OutDir
    )
    process {
        $answer = Invoke-CoBridge 'status'
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.ThrowTerminatingError($answer) }
        $stamp = [DateTime]::Now.ToString('yyyyMMdd-HHmmss', [System.Globalization.CultureInfo]::InvariantCulture)
        if (-not $OutDir) { $OutDir = CoTemp "logs\status-$stamp" }
        $folder = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($OutDir)
        if (-not $PSCmdlet.ShouldProcess($folder, 'Write the status')) { return }
        $null = New-Item -ItemType Directory -Path $folder -Force
        $alive = @{ Name = 'alive'; Expression = { $_.state -eq 'alive' } }
        $columns = @('name', 'session_id', 'pid', 'ts', $alive)
        Get-CoPanels -All | Select-Object -Property $columns |
            Export-Csv -LiteralPath (Join-Path $folder 'panels.csv') -NoTypeInformation -Encoding UTF8
        $columns = @('Name', 'State', 'HasMoreData')
        Get-Job -Name 'CoQueueWatcher-*' -ErrorAction Ignore | Select-Object -Property $columns |
            Export-Csv -LiteralPath (Join-Path $folder 'jobs.csv') -NoTypeInformation -Encoding UTF8
        $lines = @("# Status of $($answer.home)", '', "Time: $($answer.generated)", '')
        foreach ($one in $answer.sessions) {
            $lines += "- $($one.session): $($one.inbox_dos) wait, $($one.held) held, watcher $($one.watcher.state)"
            if (-not $one.last_log) { continue }
            $log = Join-Path $answer.home "sessions/$($one.session)/logs/$($one.last_log)"
            $copy = Join-Path $folder "latest-log-$($one.session).txt"
            Copy-Item -LiteralPath $log -Destination $copy -ErrorAction Ignore
        }
        Set-Content -LiteralPath (Join-Path $folder 'STATUS_SUMMARY.md') -Value $lines -Encoding UTF8
        $folder
    }
}
