function Get-CoSessionPath {
    <#
    .SYNOPSIS
    The path of the session of this PowerShell, or of something in it.

    .PARAMETER Rel
    What in the session's folder is meant.

    .EXAMPLE
    CoSession-Path 'logs'
    #>
    [CmdletBinding()]
    [Alias('CoSession-Path')]
    [OutputType([string])]
    param(
        [string] $Rel
    )
    process {
        $answer = Invoke-CoBridge 'session.path'
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.ThrowTerminatingError($answer) }
        if ($Rel) { Join-Path $answer.path $Rel } else { $answer.path }
    }
}
