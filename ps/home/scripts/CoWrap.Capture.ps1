# Writes down where the work stands in these repos, and in this shell's session. Nothing is committed or pushed.
param(
    [Parameter(Mandatory)] [string[]] $RepoPaths,
    [string] $OutDir,
    [int] $MaxCommits = 30
)
Import-Module Cotemp -Global -ErrorAction Stop
$null = New-CoWrap @PSBoundParameters
