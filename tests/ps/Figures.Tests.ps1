# How long it takes, beside what the original took on the same PowerShell 7.6 (Debian 12, 2 cores) and what we aim at.
# Nothing fails for being slow: the machine may be busy.
. "$PSScriptRoot/Assert.ps1"
. "$PSScriptRoot/Shells.ps1"
$env:COSESSION_ID = 'co-planning'

function Write-Figure {
    param([string] $What, [double] $Taken, [double] $Aim, [string] $Original)
    $form = '      {0,-34} {1,9:N2} ms   aim {2,6} ms   original {3}'
    [Console]::Out.WriteLine(($form -f $What, $Taken, $Aim, $Original))
}

function Show-Figure {
    # The median of so many calls, in milliseconds.
    param([string] $What, [double] $Aim, [string] $Original, [int] $Times, [scriptblock] $Body)
    $taken = 1..$Times | ForEach-Object {
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        $null = & $Body
        $clock.Elapsed.TotalMilliseconds
    }
    $median = @($taken | Sort-Object)[[int] [Math]::Floor($Times / 2)]
    Write-Figure $What $median $Aim $Original
}

Test-Case 'the figures' {
    Show-Figure 'first call, with its import' 500 '-' 1 { Get-CoPanels }
    Show-Figure 'Send-CoNote' 0.6 '1.76 ms' 200 { Send-CoNote -ToSessionId 'co-migrate' -Text 'x' 6> $null }
    Show-Figure 'Drop-CoDO' 0.9 '2.99 ms' 200 { Drop-CoDO -To 'co-migrate' -Body '1' 6> $null }
    Show-Figure 'Get-CoPanels' 1 '-' 50 { Get-CoPanels }
    $script = CoTemp 'scripts\Status-QuickCheck.ps1'
    Show-Figure 'Status-QuickCheck' 5 '280 ms' 20 { & $script | Out-String }
    $join = CoTemp 'Join-CoAgent.ps1'
    Show-Figure 'Join-CoAgent.ps1, again' 20 '217 ms' 20 { . $join 6> $null }
    $fresh = "`$clock = [System.Diagnostics.Stopwatch]::StartNew(); . '$join' | Out-Null; " +
        "'took ' + [int] `$clock.Elapsed.TotalMilliseconds"
    $taken = 1..5 | ForEach-Object {
        $shell = Start-Shell $fresh
        [int] (Read-Shell $shell 'took')
        Close-Shell $shell
    }
    Write-Figure 'Join-CoAgent.ps1, new PowerShell' @($taken | Sort-Object)[2] 80 '217 ms'
}

Test-Case 'from the drop to the end of its run' {
    Start-CoQueueWatcherJob -SessionId 'co-fast' 6> $null
    Wait-Until 'it is watched' { (Get-WatcherCount) -eq 1 }
    Show-Figure 'drop -> ended (polled)' 400 '1304 ms' 5 { Drop-CoDO -To 'co-fast' -Body '1' 6> $null | Wait-CoDO }
    Stop-CoAgentLauncher 6> $null
}

Test-Case '1000 calls leave the kept process as it was' {
    $id = & (Get-Module Cotemp) { $script:CoBridge.Process.Id }
    1..1000 | ForEach-Object { $null = Resolve-CoTarget 'co-migrate' }
    Assert-Equal $id (& (Get-Module Cotemp) { $script:CoBridge.Process.Id }) 'the process'
}

Test-Case 'no process is left behind' { Wait-Nobody }
exit $global:CoFailed
