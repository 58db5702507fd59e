# One watcher for each session: removes dead panels, starts the jobs that are missing, shows the status.
param([string[]] $Sessions = @('co-planning', 'co-migrate'))
Import-Module Cotemp -Global -ErrorAction Stop
Start-CoSingleWatcher -Sessions $Sessions
Show-CoStatus
