# Whether the header of a DO is right; what is wrong is told as warnings.
param([string] $Path)
Import-Module Cotemp -Global -ErrorAction Stop
Cotemp\Test-DOHeader -Path $Path
