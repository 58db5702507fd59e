# Makes this PowerShell part of the home that this file lies in. Dot-source it:
#   . "$HOME\Downloads\CoTemp\Join-CoAgent.ps1"
# As the original, it sets StrictMode, ErrorActionPreference and six variables for whoever dot-sources it.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

try { Import-Module Cotemp -Global } catch {
    throw "The PowerShell module Cotemp is missing or broken: $_ To mend it: cotemp init"
}
Cotemp\Join-CoAgent -Root $PSScriptRoot

$script:CoRoot = $PSScriptRoot
$script:SessionRoot = [System.IO.Path]::Combine($PSScriptRoot, 'sessions', $env:COSESSION_ID)
$script:Inbox = [System.IO.Path]::Combine($script:SessionRoot, 'inbox')
$script:Outbox = [System.IO.Path]::Combine($script:SessionRoot, 'outbox')
$script:Logs = [System.IO.Path]::Combine($script:SessionRoot, 'logs')
$script:Scripts = [System.IO.Path]::Combine($script:SessionRoot, 'scripts')

# Scripts of your own in the folder common, those that `cotemp trust` knows.
foreach ($CoFile in (& (Get-Module Cotemp) { param($Root) Find-CoCommon $Root } $PSScriptRoot)) { . $CoFile }
