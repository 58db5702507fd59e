# For scripts that dot-source this file: the module Cotemp has New-CoHelloDO.
Import-Module Cotemp -Global -ErrorAction Stop
