# Makes the policy capsule from your CoProfile: what chats are told of it. A profile that changed needs -Bump.
param(
    [string] $CoProfilePath,
    [string] $OutDir,
    [switch] $Bump
)
Import-Module Cotemp -Global -ErrorAction Stop
$null = Export-CoPolicyCapsule @PSBoundParameters
