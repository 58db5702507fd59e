# Removes the records of panels whose process has ended.
Import-Module Cotemp -Global -ErrorAction Stop
$null = Repair-CoPanel
'Done.'
