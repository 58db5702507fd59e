# Panels, paths and status: objects that old scripts can read.
. "$PSScriptRoot/Assert.ps1"
. "$PSScriptRoot/Shells.ps1"

Test-Case 'a panel has the seven properties of the original first, and its session becomes that of the shell' {
    $panel = Register-CoPanel 'Planning' 'co-planning' 6> $null
    $names = @($panel.PSObject.Properties | ForEach-Object { $_.Name })[0..6]
    Assert-Equal 'pid name session_id inbox outbox logs ts' $names 'the properties'
    Assert-Equal "$PID Planning co-planning" "$($panel.pid) $($panel.name) $($panel.session_id)" 'the panel'
    Assert-True (Test-Path -LiteralPath $panel.inbox) 'the inbox'
    Assert-True ($panel.ts -is [string]) 'a time is text'
    Assert-Equal 'co-planning' $env:COSESSION_ID 'the session'
    Assert-Equal 'Cotemp.Panel' $panel.PSObject.TypeNames[0] 'the type'
}

Test-Case 'one panel is one object, and it is found by name or session, in any case' {
    Assert-Equal 'Planning' (Get-CoPanels).name 'the panels'
    Assert-Equal 'co-planning' (Resolve-CoTarget 'PLANNING').session_id 'by name'
    Assert-Equal 'co-planning' (Resolve-CoTarget -To 'Co-Planning').session_id 'by session'
    $none = Resolve-CoTarget 'co-migrate'
    Assert-True ($null -eq $none.pid -and $none.inbox) 'a session without a panel'
}

Test-Case 'an unknown name is an error that says what to do' {
    $wrong = Assert-Fails 'ObjectNotFound' { Resolve-CoTarget 'co-migrat' }
    Assert-True ("$($wrong.Exception.Message)" -match "called 'co-migrat'") "$wrong"
    $told = "$wrong $($wrong.ErrorDetails.RecommendedAction)"
    Assert-True ($told -match 'did you mean co-migrate') $told
    Assert-True ($wrong.FullyQualifiedErrorId -like 'Cotemp.ObjectNotFound*') $wrong.FullyQualifiedErrorId
    $many = 'co-planning', 'nobody', 'co-migrate' | ForEach-Object { [pscustomobject] @{ session_id = $_ } }
    $found = @($many | Resolve-CoTarget -ErrorAction SilentlyContinue)
    Assert-Equal 2 $found.Length 'one mistake does not stop the others'
}

Test-Case 'a panel goes when its shell has ended' {
    $shell = Start-Shell '$null = Register-CoPanel -Name Gone -SessionId co-gone; "pid $PID"'
    $gone = Read-Shell $shell 'pid'
    Close-Shell $shell
    Assert-Equal 'Planning' (Get-CoPanels).name 'the panels'
    Assert-Equal 'Gone Planning' ((Get-CoPanels -All).name | Sort-Object) 'all of them'
    $removed = @(Repair-CoPanel)
    Assert-Equal "1 $gone" "$($removed.Length) $($removed[0].pid)" 'what was removed'
    Assert-Equal 'Planning' (Get-CoPanels -All).name 'what is left'
}

Test-Case 'paths are below the home and the session' {
    Assert-True (Test-Path -LiteralPath (CoTemp 'scripts\Status-QuickCheck.ps1')) 'a script'
    Assert-Equal (Join-Path $HOME 'Downloads\CoTemp') (CoTemp) 'the home'
    Assert-Equal (CoTemp 'sessions\co-planning') (CoSession-Path) 'the session'
    Assert-Equal (CoTemp 'sessions\co-planning\logs') (Get-CoSessionPath 'logs') 'its logs'
}

Test-Case 'cotemp, typed in lower case with one of its commands, is the program' {
    Assert-True ("$(cotemp --version)" -match '^cotemp \d+\.\d+') 'the version'
    Assert-True ("$(cotemp -h)" -match 'status') 'the help'
    Assert-Equal 1 (cotemp status --json | ConvertFrom-Json).schema 'its JSON'
    $null = 'a "quoted" text' | cotemp send co-migrate
    Assert-Equal 'a "quoted" text' @(Get-CoNote -Session 'co-migrate')[-1].text.Trim() 'what was piped into it'
    Assert-Equal (CoTemp) (cotemp) 'without a command it is the path'
}

Test-Case 'the status is objects, and a table for the eye' {
    $rows = @(Get-CoAgentStatus)
    $names = @($rows[0].PSObject.Properties | ForEach-Object { $_.Name })[0..5]
    Assert-Equal 'name session pid inbox_ps1 outbox_ps1 last_log' $names 'the properties'
    Assert-Equal 'Planning' ($rows | Where-Object { $_.session -eq 'co-planning' }).name 'the name'
    Assert-True ((Status-QuickCheck | Out-String) -match 'Jobs:') 'the jobs'
    Assert-True ((Show-CoStatus -Compact | Out-String) -match 'Planning') 'the table'
    Assert-True ((Get-CoAgentStatus | Out-String) -match 'last_log') 'the same columns without any formatting'
}

Test-Case 'the status can be written down' {
    $folder = Export-CoStatus -OutDir (Join-Path $HOME 'status')
    foreach ($name in 'panels.csv', 'jobs.csv', 'STATUS_SUMMARY.md') {
        Assert-True (Test-Path -LiteralPath (Join-Path $folder $name)) $name
    }
    $panel = Import-Csv -LiteralPath (Join-Path $folder 'panels.csv')
    Assert-Equal "Planning $PID True" "$($panel.name) $($panel.pid) $($panel.alive)" 'the panel'
}

Test-Case 'what init made is complete, and what is missing is named' {
    Assert-Equal 'True' (Test-CoAgentSetup 6> $null) 'the answer'
    $file = CoTemp 'scripts\Status-QuickCheck.ps1'
    Move-Item -LiteralPath $file -Destination "$file.away"
    $said = @(Test-CoAgentSetup 6>&1 | ForEach-Object { "$_" })
    Move-Item -LiteralPath "$file.away" -Destination $file
    Assert-True ($said[0] -match '^Missing: .*Status-QuickCheck\.ps1$') $said[0]
    Assert-Equal 'False' $said[-1] 'the answer'
}

Test-Case 'the Tab key knows panels and sessions' {
    $typed = 'Send-CoNote -ToSessionId co-m'
    $offered = (TabExpansion2 -inputScript $typed -cursorColumn $typed.Length).CompletionMatches
    Assert-Equal 'co-migrate' $offered.CompletionText 'what is offered'
}

Test-Case 'no process is left behind' { Wait-Nobody }
exit $global:CoFailed
