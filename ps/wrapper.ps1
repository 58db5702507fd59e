# Runs one DO so that every way in which it can fail is seen. Alone, `-File` ends with 0 after a failing last
# statement, and after [Environment]::Exit(0); here the first error ends the DO, and only a script that came to
# its end, in whatever way, is followed by the end mark.
#
# Pure ASCII without BOM: Windows PowerShell reads anything else as the local code page.
param(
    [string] $CotempDo,
    [string] $CotempSecret,
    [int] $CotempWidth = 0
)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$global:LASTEXITCODE = 0
$CotempCode = 1

try {
    if ($CotempWidth -gt 0) {
        # Into a pipe PowerShell prints 80 columns wide, and on Windows in the local code page.
        [Console]::OutputEncoding = New-Object System.Text.UTF8Encoding $false
        & $CotempDo | Out-String -Stream -Width $CotempWidth
    } else {
        & $CotempDo
    }
    $CotempCode = $global:LASTEXITCODE
} catch {
    # With the file, the line and its text, as PowerShell itself would show it.
    $_ | Out-String -Width 250 | Write-Host -NoNewline
}

[Console]::Out.WriteLine("[[cotemp-end $CotempSecret]]")
exit $CotempCode
