# The sessions and the watcher jobs of this PowerShell, as tables. Get-CoAgentStatus returns objects.
param([switch] $Compact)
if (-not (Get-Module Cotemp)) { Import-Module Cotemp -Global -ErrorAction Stop }
Show-CoStatus -Compact:$Compact
