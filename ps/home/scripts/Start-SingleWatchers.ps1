# Starts the watcher jobs that are missing.
Import-Module Cotemp -Global -ErrorAction Stop
Start-CoSingleWatcher
'Started watchers.'
