# Writes the status into a folder, and returns the folder.
param([string] $OutDir)
Import-Module Cotemp -Global -ErrorAction Stop
Export-CoStatus -OutDir $OutDir
