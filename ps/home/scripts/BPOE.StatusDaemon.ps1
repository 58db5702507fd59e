# Writes the line of status again and again, until ^C.
param(
    [int] $IntervalSec = 90,
    [string] $Focus = 'Migration',
    [string] $RepoPath,
    [string] $Branch
)
Import-Module Cotemp -Global -ErrorAction Stop
while ($true) {
    Set-CoBpoeStatus -Focus $Focus -RepoPath $RepoPath -Branch $Branch
    Start-Sleep -Seconds $IntervalSec
}
