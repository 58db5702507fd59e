"Hello from CoTemp: $(Get-Date -Format 'yyyy-MM-dd HH:mm:ss')"
$PSVersionTable.PSVersion
