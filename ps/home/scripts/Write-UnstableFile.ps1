# Writes a DO in parts, with pauses: a test that nobody runs it before it is whole.
param(
    [Parameter(Mandatory)] [string] $OutFile,
    [int] $TotalParts = 6,
    [int] $DelayMs = 700
)
$header = '<# ---', 'title: "DO-Unstable"', 'repo: { name: "none", path: "" }',
    'risk: { writes: false, network: false, secrets: false, destructive: false }',
    'consent: { allow_writes: false, allow_network: false }', '--- #>'
Set-Content -LiteralPath $OutFile -Value $header -Encoding UTF8
for ($part = 1; $part -le $TotalParts; $part++) {
    Add-Content -LiteralPath $OutFile -Value "'part $part of $TotalParts'" -Encoding UTF8
    Start-Sleep -Milliseconds $DelayMs
}
