# The module itself: it is found without any dot-sourcing, warns of nothing, tells what it can do, and can be tried.
. "$PSScriptRoot/Assert.ps1"
. "$PSScriptRoot/Shells.ps1"
$functions = @(
    'Approve-CoRun', 'CoTemp', 'Deny-CoRun', 'Export-CoStatus', 'Get-CoAgentStatus', 'Get-CoHeld', 'Get-CoNote',
    'Get-CoPanels', 'Get-CoRun', 'Get-CoSessionPath', 'Join-CoAgent', 'New-CoDO', 'New-CoHelloDO', 'Open-CoChats',
    'Register-CoPanel', 'Repair-CoPanel', 'Resolve-CoTarget', 'Send-CoDO', 'Send-CoNote', 'Send-CoPolicyNote',
    'Send-CoStandDown', 'Send-CoText', 'Show-CoStatus', 'Start-CoAgentLauncher', 'Start-CoNoteReader',
    'Start-CoQueueWatcher', 'Start-CoQueueWatcherJob', 'Start-CoSingleWatcher', 'Stop-CoAgentLauncher',
    'Test-CoAgentSetup', 'Test-CoSmoke', 'Test-DOHeader', 'Wait-CoDO', 'Wait-ForStableFile'
)
$aliases = @{
    'CoSession-Path' = 'Get-CoSessionPath'; 'Drop-CoDO' = 'Send-CoDO'; 'Drop-CoText' = 'Send-CoText'
    'Mark-MigrateStandDown' = 'Send-CoStandDown'; 'Status-QuickCheck' = 'Show-CoStatus'
}
$env:COSESSION_ID = 'co-planning'

Test-Case 'a command is found before anything was imported' {
    Assert-True (-not (Get-Module Cotemp)) 'nothing is imported yet'
    Send-CoNote -ToSessionId 'co-migrate' -Text 'first' 6> $null
    Assert-True (Get-Module Cotemp) 'it was imported'
}

Test-Case 'an old name is found before anything was imported' {
    Remove-Module Cotemp
    Assert-True (Drop-CoDO -To 'co-migrate' -Body '1' 6> $null) 'Drop-CoDO'
}

Test-Case 'importing warns of nothing' {
    $said = Import-Module Cotemp -Force 3>&1
    Assert-Equal '' "$said" 'the warnings'
}

Test-Case 'it has these functions, and the old names for them' {
    $module = Get-Module Cotemp
    Assert-Equal ($functions | Sort-Object) ($module.ExportedFunctions.Keys | Sort-Object) 'the functions'
    Assert-Equal ($aliases.Keys | Sort-Object) ($module.ExportedAliases.Keys | Sort-Object) 'the aliases'
    foreach ($name in $aliases.Keys) { Assert-Equal $aliases[$name] (Get-Command $name).Definition $name }
    Assert-Equal "cotemp $($module.Version)" "$(cotemp --version)" 'its version is that of the program'
}

Test-Case 'each has help, with an example' {
    foreach ($name in $functions) {
        $help = Get-Help $name -Full
        $synopsis = "$($help.Synopsis)".Trim()
        Assert-True ($synopsis -and -not $synopsis.StartsWith($name)) "the synopsis of $name is <$synopsis>"
        Assert-True ($help.examples.example) "the examples of $name"
        foreach ($parameter in $help.parameters.parameter) {
            if (@('WhatIf', 'Confirm') -contains $parameter.name) { continue }
            Assert-True $parameter.description "the parameter $($parameter.name) of $name"
        }
    }
}

Test-Case 'with -WhatIf nothing changes' {
    $look = {
        Get-ChildItem -LiteralPath (CoTemp) -Recurse | ForEach-Object { "$($_.FullName) $($_.LastWriteTimeUtc.Ticks)" }
    }
    $before = & $look
    Send-CoNote -ToSessionId 'co-migrate' -Text 'x' -WhatIf
    Send-CoDO -To 'co-migrate' -Body '1' -WhatIf
    Send-CoText -To 'co-migrate' -Name 'x.md' -Text 'x' -WhatIf
    Send-CoStandDown -WhatIf
    Send-CoPolicyNote -WhatIf
    New-CoDO -Template smoke -WhatIf
    New-CoHelloDO -WhatIf
    Register-CoPanel -Name 'x' -SessionId 'x' -WhatIf
    Repair-CoPanel -WhatIf
    Approve-CoRun 'last' -WhatIf
    Deny-CoRun 'last' -WhatIf
    Start-CoAgentLauncher -WhatIf
    Start-CoSingleWatcher -WhatIf
    Start-CoQueueWatcher -WhatIf
    Start-CoQueueWatcherJob -SessionId 'x' -WhatIf
    Stop-CoAgentLauncher -WhatIf
    Export-CoStatus -WhatIf
    $after = & $look
    Assert-Equal ($before -join "`n") ($after -join "`n") 'the home'
    Assert-Equal 0 @(Get-Job -Name 'CoQueueWatcher-*' -ErrorAction Ignore).Length 'the jobs'
}

Test-Case 'StrictMode of the user does not break it' {
    Set-StrictMode -Version Latest
    $null = Get-CoPanels
    $null = Show-CoStatus | Out-String
    $null = Get-CoNote -Session 'co-planning'
    $null = Get-CoHeld
    $null = Get-CoRun
}

Test-Case 'functions of the user with the same names as commands disturb nothing' {
    function global:ConvertTo-Json { throw 'not this one' }
    try { $found = Get-CoPanels -All } finally { Remove-Item -LiteralPath function:ConvertTo-Json }
    Assert-True ($null -eq $found) 'no panel, no error'
}

Test-Case 'no process is left behind' { Wait-Nobody }
exit $global:CoFailed
