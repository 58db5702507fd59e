# The scripts of the home: joining, and every script that an old line may call.
. "$PSScriptRoot/Assert.ps1"
. "$PSScriptRoot/Shells.ps1"
$root = [System.IO.Path]::Combine($HOME, 'Downloads', 'CoTemp')
$join = [System.IO.Path]::Combine($root, 'Join-CoAgent.ps1')

function Get-ShellSession {
    # The sessions that were made for shells which named none.
    @(Get-ChildItem -LiteralPath (Join-Path $root 'sessions') | Where-Object { $_.Name -match '^co-\d+-' }).Name
}

Test-Case 'joining sets the variables of the original, and makes a session once' {
    $env:COSESSION_ID = $null
    $out = . $join 6> $null
    Assert-True ($null -eq $out) 'nothing is returned'
    Assert-True ($env:COSESSION_ID -match "^co-$PID-\d{8}-\d{6}$") $env:COSESSION_ID
    $session = [System.IO.Path]::Combine($root, 'sessions', $env:COSESSION_ID)
    Assert-Equal "$root|$session" "$CoRoot|$SessionRoot" 'root and session'
    foreach ($name in 'Inbox', 'Outbox', 'Logs', 'Scripts') {
        $folder = Get-Variable -Name $name -ValueOnly
        Assert-Equal ([System.IO.Path]::Combine($session, $name.ToLower())) $folder $name
        Assert-True (Test-Path -LiteralPath $folder) $folder
    }
    . $join 6>&1 | Out-Null
    Assert-Equal $env:COSESSION_ID (Get-ShellSession) 'one session'
}

Test-Case 'it sets StrictMode and ErrorActionPreference where it is dot-sourced' {
    $ErrorActionPreference = 'Continue'
    . $join 6> $null
    Assert-Equal 'Stop' $ErrorActionPreference 'the preference'
    $null = Assert-Fails 'InvalidOperation' { $thereIsNoSuchVariable }
}

Test-Case 'it says which session it is' {
    $said = . $join 6>&1
    Assert-Equal "CoTemp session ready: $env:COSESSION_ID" "$said" 'what it says'
    $env:COSESSION_ID = 'CO-MIGRATE'
    Join-CoAgent 6> $null
    if ($env:OS -ne 'Windows_NT') { Assert-Equal 'co-migrate' $env:COSESSION_ID 'a session is called as its folder' }
    $env:COSESSION_ID = '..'
    $null = Assert-Fails 'InvalidOperation' { Join-CoAgent }
    $env:COSESSION_ID = 'co-planning'
}

Test-Case 'shells that come and go leave one empty session, not one each' {
    $env:COSESSION_ID = $null
    1..3 | ForEach-Object { Close-Shell (Start-Shell ". '$join'") }
    Assert-Equal 2 @(Get-ShellSession).Length 'that of this shell, and one more'
    $env:COSESSION_ID = 'co-planning'
}

Test-Case 'a script in common is loaded once somebody has read it and believes it' {
    $file = [System.IO.Path]::Combine($root, 'common', 'Mine.ps1')
    [System.IO.File]::WriteAllText($file, '$global:CoMine = "loaded"')
    $said = . $join 3>&1 6> $null
    Assert-True ("$said" -match '^Not loaded: .*Mine\.ps1') "$said"
    Assert-True (-not (Test-Path variable:global:CoMine)) 'it is not loaded'
    $null = cotemp trust $file
    $said = . $join 3>&1 6> $null
    Assert-Equal '' "$said" 'no warning'
    Assert-Equal 'loaded' $global:CoMine 'it is loaded'
    Remove-Item -LiteralPath $file
}

Test-Case 'what old scripts dot-source of common is there' {
    foreach ($name in 'CoPanels', 'CoWatcher', 'New-CoHelloDO', 'NoteBridge') {
        . ([System.IO.Path]::Combine($root, 'common', "$name.ps1"))
    }
    Assert-True (Get-Command Drop-CoDO) 'the commands are there'
}

function Invoke-Script {
    # What a script of the home says and returns, as lines.
    param([string] $Name, [hashtable] $Parameters = @{})
    & ([System.IO.Path]::Combine($root, 'scripts', "$Name.ps1")) @Parameters 6>&1 | ForEach-Object { "$_" }
}

Test-Case 'the scripts that watch' {
    Assert-True ("$(Invoke-Script 'Start-SingleWatchers')" -match 'Started watchers\.$') 'Start-SingleWatchers'
    Wait-Until 'both are watched' { (Get-WatcherCount) -eq 2 }
    $null = Invoke-Script 'Enforce-SingleWatcher' @{ Sessions = @('co-planning', 'co-migrate') }
    $null = Invoke-Script 'Stabilize-CoTemp'
    Assert-Equal 2 @(Get-Job -Name 'CoQueueWatcher-*').Length 'the jobs'
    $policy = @(Get-CoNote -Session 'co-migrate' | Where-Object { $_.name -like 'NOTE_WATCHER_POLICY_*' })
    Assert-Equal 1 $policy.Length 'the note of Stabilize-CoTemp'
    Assert-Equal 'Done.' (Invoke-Script 'Repair-PanelRegistry') 'Repair-PanelRegistry'
}

Test-Case 'the scripts that drop a DO, and those that wait for it' {
    foreach ($name in 'New-DO-Smoke-Minimal', 'New-DO-CCTS-Fallback-Test', 'New-DO-RepoScan-ReadOnly') {
        $said = @(Invoke-Script $name @{ Target = 'co-migrate' })
        Assert-Equal 'passed' ($said[-1] | Wait-CoDO).outcome $name
    }
    Assert-True ("$(Invoke-Script 'Run-SmoketestSuite')" -match 'DO-Smoke: passed') 'Run-SmoketestSuite'
    Assert-True ("$(Invoke-Script 'PostInstall-Smoke')" -match 'DO-Smoke: passed') 'PostInstall-Smoke'
    Stop-CoAgentLauncher 6> $null
}

Test-Case 'the scripts that tell, check and write down' {
    Assert-Equal 2 @(Invoke-Script 'Drop-PolicyNotes').Length 'Drop-PolicyNotes'
    Assert-Equal 2 @(Invoke-Script 'Send-PolicyNotes').Length 'Send-PolicyNotes'
    Assert-Equal 2 @(Invoke-Script 'Mark-MigrateStandDown' @{ NotifyPlanning = $true }).Length 'Mark-MigrateStandDown'
    Assert-True ("$(Invoke-Script 'Verify-CoAgentSetup')" -match '^OK: ') 'Verify-CoAgentSetup'
    $folder = Invoke-Script 'Capture-StatusSnapshot' @{ OutDir = (Join-Path $HOME 'snapshot') }
    Assert-True (Test-Path -LiteralPath (Join-Path $folder 'STATUS_SUMMARY.md')) 'Capture-StatusSnapshot'
    $file = [System.IO.Path]::Combine($HOME, 'part.ps1')
    $null = Invoke-Script 'Write-UnstableFile' @{ OutFile = $file; TotalParts = 2; DelayMs = 10 }
    Assert-Equal 'True' (Invoke-Script 'Test-DOHeader' @{ Path = $file }) 'Write-UnstableFile and Test-DOHeader'
    $said = & ([System.IO.Path]::Combine($root, 'scripts', 'Status-QuickCheck.ps1')) -Compact | Out-String
    Assert-True ($said -match 'Jobs:') 'Status-QuickCheck'
}

Test-Case 'no process is left behind' { Wait-Nobody }
exit $global:CoFailed
