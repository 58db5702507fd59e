$repo = if ($env:COTEMP_REPO) { $env:COTEMP_REPO } else { (Get-Location).ProviderPath }
"Repo: $repo"
Get-ChildItem -LiteralPath $repo -File -Recurse |
    Select-Object -First 50 |
    Format-Table -AutoSize -Property 'FullName', 'Length', 'LastWriteTime'
