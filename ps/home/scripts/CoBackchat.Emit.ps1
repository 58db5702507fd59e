# Writes a message for another session's chat, and copies it if it can: you paste it there.
param(
    [Parameter(Mandatory)] [string] $To,
    [ValidateSet('handoff', 'status', 'request', 'bpoe_capsule', 'achievements', 'todo')] [string] $Type = 'handoff',
    [string] $From,
    [string] $Body,
    [string] $BodyFile,
    [string[]] $Attachments,
    [string] $Priority = 'normal',
    [string] $Base
)
Import-Module Cotemp -Global -ErrorAction Stop
$null = Send-CoBackchat @PSBoundParameters -Copy
