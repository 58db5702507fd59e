# Starts a watcher job for each session of the settings, and lets the sessions greet each other. Safe to repeat.
param(
    [switch] $OpenBrowser,
    [string[]] $ExtraTabs = @(
        'https://github.com/CoCivium/CoCivium/blob/main/README.md',
        'https://github.com/CoCivium/CoCivium/blob/main/ISSUEOPS.md'
    )
)
. "$PSScriptRoot/Join-CoAgent.ps1"
Start-CoAgentLauncher -OpenBrowser:$OpenBrowser -ExtraTabs $ExtraTabs
