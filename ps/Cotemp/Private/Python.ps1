# Which Python runs cotemp on this machine, and how a process of it is started.

function Find-CoPython {
    # COTEMP_PYTHON, else the one that `cotemp init` recorded. Throws, saying how to mend it, when there is none.
    if ($env:COTEMP_PYTHON) {
        $python = $env:COTEMP_PYTHON
        $mend = 'COTEMP_PYTHON names it: set it to a Python that has cotemp, or remove it'
    } else {
        $python = Get-CoRecordedPython
        $mend = 'install cotemp (pip install cotemp), then run: cotemp init. ' +
            'Or set COTEMP_PYTHON to a Python that has cotemp'
    }
    if (-not $python) { throw "Nobody recorded which Python runs cotemp here: $mend" }
    # A bare name, such as python3, is looked for on PATH by whoever starts it.
    $isPath = $python.IndexOf('/') -ge 0 -or $python.IndexOf('\') -ge 0
    if ($isPath -and -not [System.IO.File]::Exists($python)) { throw "The Python of cotemp is gone ($python): $mend" }
    $python
}

function Get-CoRecordedPython {
    foreach ($folder in (Get-CoConfigFolder)) {
        $file = [System.IO.Path]::Combine($folder, 'python.txt')
        if ([System.IO.File]::Exists($file)) { return [System.IO.File]::ReadAllText($file).Trim() }
    }
}

function Get-CoConfigFolder {
    # Where the settings of cotemp on this machine may be, best first. It is what platformdirs answers in Python.
    if ($env:OS -eq 'Windows_NT') {
        $local = [Environment]::GetFolderPath('LocalApplicationData')
        [System.IO.Path]::Combine($local, 'cotemp')
        # The Python of the Microsoft Store writes into a folder of its own, and does not notice.
        $packages = [System.IO.Path]::Combine($local, 'Packages')
        if ([System.IO.Directory]::Exists($packages)) {
            foreach ($store in [System.IO.Directory]::GetDirectories($packages, 'PythonSoftwareFoundation.Python.*')) {
                [System.IO.Path]::Combine($store, 'LocalCache', 'Local', 'cotemp')
            }
        }
        return
    }
    if ($env:XDG_CONFIG_HOME) { [System.IO.Path]::Combine($env:XDG_CONFIG_HOME, 'cotemp') }
    elseif ($IsMacOS) { [System.IO.Path]::Combine($HOME, 'Library/Application Support/cotemp') }
    else { [System.IO.Path]::Combine($HOME, '.config/cotemp') }
}

function New-CoProcessInfo {
    # How to start cotemp with these arguments and three pipes.
    param([string[]] $Arguments)
    New-CoPipes (Find-CoPython) (@('-m', 'cotemp') + $Arguments)
}

function New-CoPipes {
    # Windows PowerShell has no list of arguments, so they are quoted here for all.
    param([string] $File, [string[]] $Arguments)
    $info = [System.Diagnostics.ProcessStartInfo]::new()
    $info.FileName = $File
    $info.Arguments = Join-CoArgument $Arguments
    $info.UseShellExecute = $false
    $info.CreateNoWindow = $true
    $info.RedirectStandardInput = $true
    $info.RedirectStandardOutput = $true
    $info.RedirectStandardError = $true
    # It may stay for hours, and should not hold on to the folder that the user is in.
    $info.WorkingDirectory = [System.IO.Path]::GetTempPath()
    # A cotemp.py in the current folder is not the cotemp that is meant.
    $info.EnvironmentVariables['PYTHONSAFEPATH'] = '1'
    $info
}

function Join-CoArgument {
    # One command line, quoted as every program on Windows and .NET on the other systems take it apart.
    param([string[]] $Arguments)
    $quoted = foreach ($one in $Arguments) { '"' + ($one -replace '(\\*)"', '$1$1\"' -replace '(\\+)$', '$1$1') + '"' }
    $quoted -join ' '
}
