# The snippets of the first seed document, word for word, as they are typed in the panel Migrate. They stand outside of
# any case, as at a prompt: an error in one ends this file.
. "$PSScriptRoot/Assert.ps1"
. "$PSScriptRoot/Shells.ps1"
$env:COSESSION_ID = 'co-migrate'

# Load env + helpers (idempotent)
. "$HOME\Downloads\CoTemp\Join-CoAgent.ps1"

# Start them again (also able to open docs/tabs if you pass -OpenBrowser)
& "$HOME\Downloads\CoTemp\CoAgentLauncher.ps1"

Test-Case 'the launcher starts one job for each session, and the session of the shell stays what it was' {
    $jobs = @(Get-Job | Where-Object { $_.Name -like 'CoQueueWatcher-*' })
    Assert-Equal 'CoQueueWatcher-co-migrate CoQueueWatcher-co-planning' ($jobs.Name | Sort-Object) 'the names'
    Wait-Until 'both are watched' { (Get-WatcherCount) -eq 2 }
    Assert-Equal 'Running Running' $jobs.State 'the states'
    Assert-Equal 'co-migrate' $env:COSESSION_ID 'the session'
}

# One-line status table
& "$HOME\Downloads\CoTemp\scripts\Status-QuickCheck.ps1"

Test-Case 'the status is a table with a row for each session, and the jobs' {
    $said = & "$HOME\Downloads\CoTemp\scripts\Status-QuickCheck.ps1" | Out-String -Width 250
    foreach ($word in 'inbox_ps1', 'outbox_ps1', 'last_log', 'Planning', 'Migrate', 'Jobs:', 'CoQueueWatcher-co-migrate') {
        Assert-True $said.Contains($word) $word
    }
}

# Watcher jobs
Get-Job | Where-Object { $_.Name -like 'CoQueueWatcher-*' } | Format-Table -Auto

Send-CoNote -ToSessionId 'co-planning' -Text "Migrate: ccts fallback fix underway, next checkpoint <time>."

Test-Case 'the note is in the inbox of the other session, from this one' {
    $note = @(Get-CoNote -Session 'co-planning' | Where-Object { $_.text -like '*ccts fallback*' })
    Assert-Equal 1 $note.Length 'the notes'
    Assert-Equal 'co-migrate' $note[0].from 'the sender'
    Assert-Equal 'Migrate: ccts fallback fix underway, next checkpoint <time>.' $note[0].text.TrimEnd() 'the text'
}

     Drop-CoDO -To 'co-planning' -Title 'DO-MigrateStatus' -Body @'
"Status ping at $(Get-Date -Format o)"
'@

Test-Case 'the DO runs in the other session' {
    Wait-Until 'it has run' { @(Get-CoRun -Session 'co-planning' | Where-Object { $_.outcome }).Length }
    $run = @(Get-CoRun -Session 'co-planning')[-1]
    Assert-Equal 'passed DO-MigrateStatus' "$($run.outcome) $($run.title)" 'the run'
}

$env:COSESSION_ID = 'co-planning'
# Latest log for this session
$S = Join-Path $HOME "Downloads\CoTemp\sessions\$env:COSESSION_ID"
Get-ChildItem "$S\logs" | Sort-Object LastWriteTime -desc | Select-Object -First 1 | % { gc $_.FullName -Tail 40 }

Test-Case 'the latest log is what the DO said' {
    $said = Get-ChildItem "$S\logs" | Sort-Object LastWriteTime -desc | Select-Object -First 1 | % { gc $_.FullName -Tail 40 }
    Assert-True ("$said" -match 'Status ping at \d{4}-\d\d-\d\dT') "$said"
}
$env:COSESSION_ID = 'co-migrate'

# Stop all CoAgent watcher jobs
Stop-CoAgentLauncher

Test-Case 'no job and no watcher is left after the stop' {
    Assert-Equal 0 @(Get-Job | Where-Object { $_.Name -like 'CoQueueWatcher-*' }).Length 'the jobs'
    Wait-Until 'nobody watches' { -not @(Get-OwnProcess | Where-Object { $_ -match ' watch ' }).Length }
}

# Start them again (also able to open docs/tabs if you pass -OpenBrowser)
& "$HOME\Downloads\CoTemp\CoAgentLauncher.ps1"

Test-Case 'they can be started again' {
    Wait-Until 'both are watched' { (Get-WatcherCount) -eq 2 }
}

. "$HOME\Downloads\CoTemp\Join-CoAgent.ps1"

Get-CoPanels | Format-Table name, session_id, pid

Test-Case 'both panels are those of this shell' {
    $panels = @(Get-CoPanels)
    Assert-Equal 'Migrate Planning' $panels.name 'the names'
    Assert-Equal 'co-migrate co-planning' $panels.session_id 'the sessions'
    Assert-Equal "$PID $PID" $panels.pid 'the processes'
}

Stop-CoAgentLauncher
Test-Case 'the shell leaves no process behind' { Wait-Nobody }
exit $global:CoFailed
