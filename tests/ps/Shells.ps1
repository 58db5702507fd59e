# Other PowerShells, and which processes of a test there are.

function Start-Shell {
    # Another PowerShell that runs this text. Its stdin and stdout are pipes; what it waits for there, the test decides.
    param([string] $Text)
    $file = [System.IO.Path]::Combine($HOME, "shell-$([guid]::NewGuid().ToString('N')).ps1")
    [System.IO.File]::WriteAllText($file, $Text)
    $options = '-NoProfile -NonInteractive -NoLogo'
    if ($env:OS -eq 'Windows_NT') { $options += ' -ExecutionPolicy Bypass' }
    $name = if ($PSVersionTable.PSEdition -eq 'Core') { 'pwsh' } else { 'powershell' }
    $info = [System.Diagnostics.ProcessStartInfo]::new($name, "$options -File `"$file`"")
    $info.UseShellExecute = $false
    $info.RedirectStandardInput = $true
    $info.RedirectStandardOutput = $true
    [System.Diagnostics.Process]::Start($info)
}

function Read-Shell {
    # What follows this word on the first line that begins with it.
    param($Shell, [string] $Word)
    while ($null -ne ($line = $Shell.StandardOutput.ReadLine())) {
        if ($line.StartsWith($Word)) { return $line.Substring($Word.Length).Trim() }
        [Console]::Out.WriteLine("      shell: $line")
    }
    throw "the shell ended before it said: $Word"
}

function Close-Shell {
    # Lets a shell that reads its stdin go on to its end, and waits for that.
    param($Shell)
    $Shell.StandardInput.Close()
    if (-not $Shell.WaitForExit(20000)) { $Shell.Kill(); throw 'the shell did not end' }
}

function Get-OwnProcess {
    # The command lines of all processes that know the HOME of this test; this PowerShell is left out.
    if ($env:OS -eq 'Windows_NT') {
        $found = Get-CimInstance -ClassName Win32_Process | Where-Object { $_.ProcessId -ne $PID }
        return $found | ForEach-Object { "$($_.ProcessId) $($_.CommandLine)" } | Where-Object { $_.Contains($HOME) }
    }
    if (-not [System.IO.Directory]::Exists('/proc')) {
        return ps -axo 'pid=,command=' | Where-Object { $_.Contains("$HOME/") -and $_ -notmatch "^\s*$PID\s" }
    }
    foreach ($folder in [System.IO.Directory]::GetDirectories('/proc')) {
        $id = [System.IO.Path]::GetFileName($folder)
        if ($id -notmatch '^\d+$' -or $id -eq "$PID") { continue }
        try {
            $line = [System.IO.File]::ReadAllText("$folder/cmdline").Replace("`0", ' ')
            $all = $line + "`0" + [System.IO.File]::ReadAllText("$folder/environ")
        } catch { continue }   # it has just ended, or is another user's
        if ($all.Contains("$HOME/") -or $all.Contains("=$HOME`0")) { "$id $line" }
    }
}

function Test-Running {
    # Whether there is such a process; one that has ended and that nobody has asked about since is none.
    param([int] $Id)
    if (-not [System.IO.Directory]::Exists('/proc')) { return $null -ne (Get-Process -Id $Id -ErrorAction Ignore) }
    try { [System.IO.File]::ReadAllText("/proc/$Id/cmdline") -ne '' } catch { $false }
}

function Wait-Nobody {
    # Until no process of this test is left but this PowerShell: its bridge ends with the module.
    Remove-Module Cotemp -ErrorAction Ignore
    Wait-Until 'no process is left' { -not @(Get-OwnProcess).Length }
}

function Get-WatcherCount {
    @(Get-CoAgentStatus | Where-Object { $_.watcher.state -eq 'running' }).Length
}
