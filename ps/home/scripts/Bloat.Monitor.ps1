# Looks once whether chats have grown too long. The sessions themselves are looked at: -Logs and -StatusFile, which the
# original read, are not. A threshold that is not given is that of the settings: 25 minutes, 2 DOs an hour.
param(
    [string] $Logs,
    [string] $StatusFile,
    [int] $WarnStaleMinutes = 25,
    [int] $WarnSlowDOsPerHour = 2,
    [string] $AlertsDir
)
Import-Module Cotemp -Global -ErrorAction Stop
if ($Logs -or $StatusFile) { Write-Warning '-Logs and -StatusFile are not read: cotemp looks at the sessions' }
$limits = @{}
foreach ($name in 'WarnStaleMinutes', 'WarnSlowDOsPerHour') {
    if ($PSBoundParameters.ContainsKey($name)) { $limits[$name] = $PSBoundParameters[$name] }
}
$found = @(Watch-CoBloat @limits)
if ($AlertsDir) {
    $null = New-Item -ItemType Directory -Path $AlertsDir -Force
    $lines = @(foreach ($one in $found) { if ($one.breached) { $one.line } })
    if ($lines) { Add-Content -LiteralPath (Join-Path $AlertsDir 'BLOAT_ALERT.txt') -Value $lines -Encoding UTF8 }
}
