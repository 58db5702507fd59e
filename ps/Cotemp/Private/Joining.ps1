# What joining needs: a session for a shell that names none, and the user's own scripts in the folder common.

$script:CoOwnCommon = @('CoPanels.ps1', 'CoWatcher.ps1', 'New-CoHelloDO.ps1', 'NoteBridge.ps1')

function Find-CoSession {
    # The session's id as its folder is spelled; the folder may be missing.
    param([string] $Sessions, [string] $Id)
    if ($Id -notmatch '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z') { throw "COSESSION_ID is no session id: $Id" }
    if ([System.IO.Directory]::Exists([System.IO.Path]::Combine($Sessions, $Id))) { return $Id }
    foreach ($folder in [System.IO.Directory]::GetDirectories($Sessions)) {
        $name = [System.IO.Path]::GetFileName($folder)
        if ($name -eq $Id) { return $name }
    }
    $Id
}

function New-CoSession {
    # The id of a new session of this shell. One that a shell which is gone left empty is taken over under the new
    # name: who opens a shell each day has one such folder, not hundreds.
    param([string] $Sessions)
    $now = [DateTime]::Now.ToString('yyyyMMdd-HHmmss', [System.Globalization.CultureInfo]::InvariantCulture)
    $id = "co-$PID-$now"
    foreach ($folder in [System.IO.Directory]::GetDirectories($Sessions, 'co-*-*-*')) {
        if (-not (Test-CoAbandoned $folder)) { continue }
        try {
            [System.IO.Directory]::Move($folder, [System.IO.Path]::Combine($Sessions, $id))
            break
        } catch { $null = $_ }   # another shell was quicker
    }
    $id
}

function Test-CoAbandoned {
    # Whether a shell that is gone made this session, and nothing was ever put into it.
    param([string] $Folder)
    $parts = [System.IO.Path]::GetFileName($Folder) -split '-'
    if (($parts -join ' ') -notmatch '^co \d{1,9} \d{8} \d{6}$') { return $false }
    try {
        [System.Diagnostics.Process]::GetProcessById([int] $parts[1]).Dispose()
        return $false
    } catch { $null = $_ }   # there is no such process
    try {
        [System.IO.Directory]::GetFiles($Folder, '*', [System.IO.SearchOption]::AllDirectories).Length -eq 0
    } catch { $false }   # nobody here may look into it
}

function Find-CoCommon {
    # Scripts of the user's in the folder common. Others may write there, so only what `cotemp trust` knows is loaded;
    # the rest is named.
    param([string] $Root)
    $folder = [System.IO.Path]::Combine($Root, 'common')
    if (-not [System.IO.Directory]::Exists($folder)) { return }
    $files = foreach ($file in [System.IO.Directory]::GetFiles($folder, '*.ps1')) {
        if ($script:CoOwnCommon -notcontains [System.IO.Path]::GetFileName($file)) { $file }
    }
    if (-not $files) { return }
    $trusted = @(Get-CoTrusted)
    foreach ($file in ($files | Sort-Object)) {
        if ($trusted -contains (Get-CoDigest $file)) { $file; continue }
        $said = Format-CoText $file
        Write-Warning "Not loaded: $said. Read it; if you believe it: cotemp trust '$said'"
    }
}

function Get-CoTrusted {
    # SHA-256 of every file that the owner of this machine has read and believes.
    $known = Invoke-CoBridge 'home'
    if ($known -is [System.Management.Automation.ErrorRecord]) { return }
    $file = [System.IO.Path]::Combine($known.state, 'trusted')
    if (-not [System.IO.File]::Exists($file)) { return }
    $listed = ConvertFrom-CoLine ([System.IO.File]::ReadAllText($file))
    foreach ($one in $listed.files.PSObject.Properties) { $one.Value.sha256 }
}

function Get-CoDigest {
    param([string] $File)
    $sha = [System.Security.Cryptography.SHA256]::Create()
    try {
        $bytes = $sha.ComputeHash([System.IO.File]::ReadAllBytes($File))
    } finally {
        $sha.Dispose()
    }
    [System.BitConverter]::ToString($bytes).Replace('-', '').ToLowerInvariant()
}
