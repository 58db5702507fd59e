# Asks a session, by a note, to start no watcher of its own. Nothing is stopped.
param(
    [string] $MigrateSessionId = 'co-migrate',
    [string] $PlanningSessionId = 'co-planning',
    [switch] $NotifyPlanning
)
Import-Module Cotemp -Global -ErrorAction Stop
Mark-MigrateStandDown @PSBoundParameters
