# Drops the DO that tests the fallback path.
param(
    [string] $Target = 'co-migrate',
    [switch] $AllowWrites,
    [switch] $AllowNetwork
)
Import-Module Cotemp -Global -ErrorAction Stop
New-CoDO -Template cctsfallback -To $Target -AllowWrites:$AllowWrites -AllowNetwork:$AllowNetwork
