# One watcher for each session, a note about it to each, and the status.
param([string[]] $Sessions = @('co-planning', 'co-migrate'))
Import-Module Cotemp -Global -ErrorAction Stop
Start-CoSingleWatcher -Sessions $Sessions
Send-CoPolicyNote -Sessions $Sessions
Show-CoStatus
