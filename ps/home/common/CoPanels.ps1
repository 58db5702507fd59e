# For scripts that dot-source this file: the module Cotemp has CoTemp, CoSession-Path, Get-CoPanels, Register-CoPanel, Resolve-CoTarget, Drop-CoText and Drop-CoDO.
Import-Module Cotemp -Global -ErrorAction Stop
