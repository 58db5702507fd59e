# Watcher jobs: one for each session, one watcher in all, and nothing that outlives them.
. "$PSScriptRoot/Assert.ps1"
. "$PSScriptRoot/Shells.ps1"
$env:COSESSION_ID = 'co-planning'
$launcher = CoTemp 'CoAgentLauncher.ps1'
$sleeper = "'sleeps'; Start-Sleep -Seconds 300"

function Get-DoProcess {
    @(Get-OwnProcess | Where-Object { $_ -match 'wrapper\.ps1' }).Length
}

Test-Case 'the launcher starts one job for each session; again it starts nothing' {
    $said = & $launcher 6>&1 | ForEach-Object { "$_" }
    Assert-True ("$said" -match 'Watcher job started: co-planning' -and "$said" -match 'co-migrate') "$said"
    Wait-Until 'both are watched' { (Get-WatcherCount) -eq 2 }
    $greeting = Get-CoNote -Session 'co-planning' | Where-Object { $_.text -match 'says hi' }
    Assert-Equal 'co-migrate Migrate says hi. Sync link up.' "$($greeting.from) $($greeting.text.Trim())" 'the greeting'
    $said = & $launcher 6>&1 | ForEach-Object { "$_" }
    Assert-True ("$said" -match 'Watcher job already runs: co-migrate') "$said"
    $jobs = @(Get-Job -Name 'CoQueueWatcher-*')
    Assert-Equal 'Running Running' $jobs.State 'the jobs'
}

Test-Case 'a job runs what is dropped, and tells of it' {
    $run = Drop-CoDO -To 'co-migrate' -Title 'quick' -Body "'ran'" 6> $null | Wait-CoDO
    Assert-Equal 'passed' $run.outcome 'the run'
    Assert-True ([System.IO.File]::ReadAllText($run.log).Contains('ran')) 'its log'
    Wait-Until 'it is told' { "$(Receive-Job -Name 'CoQueueWatcher-co-migrate' -Keep)" -match 'Processed DO_quick_' }
    $first = @(Receive-Job -Name 'CoQueueWatcher-co-migrate')[0]
    Assert-Equal 'Watcher session: co-migrate' $first 'the first line'
}

Test-Case 'the smoke tests pass' {
    Assert-Equal 'True' (Test-CoSmoke -Templates 'smoke', 'cctsfallback' 6> $null) 'the answer'
}

Test-Case 'Stop-Job and Remove-Job end one watcher, and not the other' {
    Stop-Job -Name 'CoQueueWatcher-co-migrate'
    Remove-Job -Name 'CoQueueWatcher-co-migrate' -Force
    Wait-Until 'one is watched' { (Get-WatcherCount) -eq 1 }
    Start-CoQueueWatcherJob -SessionId 'co-migrate' -PanelName 'Migrate' 6> $null
    Wait-Until 'both are watched' { (Get-WatcherCount) -eq 2 }
}

Test-Case 'another PowerShell starts no second watcher, says so, and takes over when the first has ended' {
    $shell = Start-Shell "& '$launcher' 6>&1 | ForEach-Object { `"`$_`" }; 'launched'; [Console]::In.ReadLine()"
    $said = Read-Shell $shell 'co-migrate is watched already'
    Assert-True ($said -match 'process \d+') $said
    $null = Read-Shell $shell 'launched'
    $before = (Get-CoAgentStatus | Where-Object { $_.session -eq 'co-migrate' }).watcher.pid
    Stop-CoAgentLauncher 6> $null
    Assert-Equal 0 @(Get-Job -Name 'CoQueueWatcher-*').Length 'the jobs here'
    Wait-Until 'the other took over' { (Get-WatcherCount) -eq 2 }
    $after = (Get-CoAgentStatus | Where-Object { $_.session -eq 'co-migrate' }).watcher.pid
    Assert-True ($before -ne $after) 'it is another process'
    Close-Shell $shell
    Wait-Until 'nobody watches' { (Get-WatcherCount) -eq 0 }
}

Test-Case 'a stop in the middle of a DO leaves no process, and the run is interrupted' {
    & $launcher 6> $null
    $null = Drop-CoDO -To 'co-migrate' -Title 'sleeper' -Body $sleeper 6> $null
    Wait-Until 'it runs' { (Get-DoProcess) -gt 0 }
    Stop-CoAgentLauncher 6> $null
    Wait-Until 'it has ended' { -not @(Get-OwnProcess | Where-Object { $_ -match ' watch |wrapper\.ps1' }).Length }
    $run = @(Get-CoRun -Session 'co-migrate' | Where-Object { $_.title -eq 'sleeper' })
    Assert-Equal 'interrupted' $run.outcome 'the run'
}

Test-Case 'two PowerShells that launch at once have one watcher for each session; killed, they leave no process' {
    $text = "& '$launcher' 6>`$null; 'launched'; [Console]::In.ReadLine()"
    $shells = @((Start-Shell $text), (Start-Shell $text))
    foreach ($shell in $shells) { $null = Read-Shell $shell 'launched' }
    Wait-Until 'both sessions are watched' { (Get-WatcherCount) -eq 2 }
    $null = Drop-CoDO -To 'co-planning' -Title 'once' -Body $sleeper 6> $null
    Wait-Until 'it runs' { (Get-DoProcess) -gt 0 }
    Assert-Equal 1 @(Get-CoRun -Session 'co-planning' | Where-Object { $_.title -eq 'once' }).Length 'the runs'
    foreach ($shell in $shells) { $shell.Kill() }
    $left = { Get-OwnProcess | Where-Object { $_ -match ' watch |wrapper\.ps1|shell-' } }
    Wait-Until 'they are gone' { -not @(& $left).Length }
}

Test-Case 'seven sessions are watched at once' {
    1..7 | ForEach-Object { Start-CoQueueWatcherJob -SessionId "co-s$_" 6> $null }
    Wait-Until 'all are watched' { (Get-WatcherCount) -eq 7 }
    $files = 1..7 | ForEach-Object { Drop-CoDO -To "co-s$_" -Title 'seven' -Body "'$_'" 6> $null }
    $runs = @($files | Wait-CoDO)
    Assert-Equal (@('passed') * 7) $runs.outcome 'the runs'
    Stop-CoAgentLauncher 6> $null
}

Test-Case 'a watcher for one session is started where it is missing, dead panels go' {
    Start-CoSingleWatcher -Sessions 'co-planning' 6> $null
    Wait-Until 'it is watched' { (Get-WatcherCount) -eq 1 }
    Start-CoAgentLauncher 6> $null
    Wait-Until 'both are watched' { (Get-WatcherCount) -eq 2 }
    Stop-CoAgentLauncher 6> $null
}

Test-Case 'no process is left behind' { Wait-Nobody }
exit $global:CoFailed
