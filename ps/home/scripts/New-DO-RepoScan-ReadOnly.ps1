# Drops the DO that lists files of a repo.
param(
    [string] $Target = 'co-migrate',
    [string] $RepoPath = [System.IO.Path]::Combine($HOME, 'Desktop', 'CoAgent_SandboxRepo'),
    [switch] $AllowNetwork
)
Import-Module Cotemp -Global -ErrorAction Stop
New-CoDO -Template reposcan -To $Target -RepoPath $RepoPath -AllowNetwork:$AllowNetwork
