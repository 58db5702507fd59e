# Drops the DOs smoke and reposcan, waits until they have run, and shows their logs.
Import-Module Cotemp -Global -ErrorAction Stop
$null = Test-CoSmoke
