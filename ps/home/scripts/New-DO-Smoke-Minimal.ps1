# Drops the DO that prints the time and the version of PowerShell.
param(
    [string] $Target = 'co-migrate',
    [switch] $AllowWrites,
    [switch] $AllowNetwork
)
Import-Module Cotemp -Global -ErrorAction Stop
New-CoDO -Template smoke -To $Target -AllowWrites:$AllowWrites -AllowNetwork:$AllowNetwork
