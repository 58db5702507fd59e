# What every test here stands on. A case is a sentence that must be true for the user; it fails when something in it
# throws. tests/test_powershell.py runs the files, each with `pwsh -File` in a HOME where `cotemp init` ran.
$ErrorActionPreference = 'Stop'
$global:CoFailed = 0

function Test-Case {
    param([string] $Sentence, [scriptblock] $Body)
    try {
        $null = & $Body
        [Console]::Out.WriteLine("ok    $Sentence")
    } catch {
        $global:CoFailed++
        [Console]::Out.WriteLine("FAIL  $Sentence`n      $_`n$($_.ScriptStackTrace)")
    }
}

function Assert-Equal {
    param($Expected, $Found, [string] $What)
    if ("$Expected" -cne "$Found") { throw "$What is <$Found>, not <$Expected>" }
}

function Assert-True {
    param($Found, [string] $What)
    if (-not $Found) { throw "not so: $What" }
}

function Assert-Fails {
    # The error of a block that must fail, of this category.
    param([string] $Category, [scriptblock] $Body)
    try { $null = & $Body } catch { Assert-Equal $Category $_.CategoryInfo.Category 'the category'; return $_ }
    throw 'it did not fail'
}

function Wait-Until {
    param([string] $What, [scriptblock] $Probe, [int] $Seconds = 40)
    $since = [System.Diagnostics.Stopwatch]::StartNew()
    while (-not (& $Probe)) {
        if ($since.Elapsed.TotalSeconds -gt $Seconds) { throw "not within $Seconds s: $What" }
        Start-Sleep -Milliseconds 50
    }
}
