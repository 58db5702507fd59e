# The end: what a PowerShell started ends with it, whichever way it ends, and nothing keeps it from ending.
. "$PSScriptRoot/Assert.ps1"
. "$PSScriptRoot/Shells.ps1"
$env:COSESSION_ID = 'co-planning'
$bridge = "Send-CoNote 'co-migrate' 'hello'; 'bridge ' + (& (Get-Module Cotemp) { `$script:CoBridge.Process.Id })"
$job = "Start-CoQueueWatcherJob -SessionId 'co-migrate'; " +
    "while (-not ((Get-CoAgentStatus).watcher.state -eq 'running')) { Start-Sleep -Milliseconds 50 }"

Test-Case 'a PowerShell with a live bridge ends at once, and the bridge with it' {
    $shell = Start-Shell "$bridge; [Console]::In.ReadLine()"
    $id = [int] (Read-Shell $shell 'bridge')
    Assert-True (Test-Running $id) 'the bridge runs'
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    Close-Shell $shell
    [Console]::Out.WriteLine("      exit with a live bridge: $($clock.ElapsedMilliseconds) ms (aim: 100)")
    Wait-Until 'the bridge has ended' { -not (Test-Running $id) }
}

Test-Case 'exit in the middle of a script does the same' {
    $shell = Start-Shell "$bridge; [Console]::In.ReadLine(); exit 3"
    $id = [int] (Read-Shell $shell 'bridge')
    Close-Shell $shell
    Assert-Equal 3 $shell.ExitCode 'the exit code'
    Wait-Until 'the bridge has ended' { -not (Test-Running $id) }
}

Test-Case 'a PowerShell with a job ends, and nobody watches any more' {
    $shell = Start-Shell "$job; 'ready'; [Console]::In.ReadLine()"
    $null = Read-Shell $shell 'ready'
    Close-Shell $shell
    Wait-Until 'nobody watches' { -not @(Get-OwnProcess | Where-Object { $_ -match ' watch ' }).Length }
}

Test-Case 'killed in the middle of a DO, it leaves neither bridge nor watcher nor DO' {
    $shell = Start-Shell "$job; $bridge; [Console]::In.ReadLine()"
    $id = [int] (Read-Shell $shell 'bridge')
    $null = Drop-CoDO -To 'co-migrate' -Title 'sleeper' -Body 'Start-Sleep -Seconds 300' 6> $null
    Wait-Until 'it runs' { @(Get-OwnProcess | Where-Object { $_ -match 'wrapper\.ps1' }).Length }
    $shell.Kill()
    Wait-Until 'the bridge has ended' { -not (Test-Running $id) }
    $left = { Get-OwnProcess | Where-Object { $_ -match ' watch |wrapper\.ps1|shell-' } }
    Wait-Until 'no other is left' { -not @(& $left).Length }
}

Test-Case 'the bridge ends when the module is removed, and another one starts when it is needed' {
    $null = Get-CoPanels
    $id = & (Get-Module Cotemp) { $script:CoBridge.Process.Id }
    Remove-Module Cotemp
    Wait-Until 'it has ended' { -not (Test-Running $id) }
    Assert-True ($null -ne (CoTemp)) 'the next call is answered'
}

Test-Case 'no process is left behind' { Wait-Nobody }
exit $global:CoFailed
