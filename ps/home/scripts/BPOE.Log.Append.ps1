# Adds an entry to the log of the workflow.
param(
    [Parameter(Mandatory)] [string] $Title,
    [Parameter(Mandatory)] [string] $Body
)
Import-Module Cotemp -Global -ErrorAction Stop
$null = Add-CoBpoe @PSBoundParameters
