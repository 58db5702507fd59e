# After the installation: a watcher for each session, then the DO smoke with its log.
Import-Module Cotemp -Global -ErrorAction Stop
Start-CoSingleWatcher
$null = Test-CoSmoke -Templates smoke
