# Whether everything is there that cotemp init makes; says what is missing.
Import-Module Cotemp -Global -ErrorAction Stop
$null = Test-CoAgentSetup
