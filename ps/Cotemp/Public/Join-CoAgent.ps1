function Join-CoAgent {
    <#
    .SYNOPSIS
    Makes this PowerShell part of a home of CoTemp.

    .DESCRIPTION
    Sets $env:COTEMP_HOME and $env:COSESSION_ID, and makes the folders of the session that are missing. Where
    COSESSION_ID names no session, this PowerShell gets one of its own. Join-CoAgent.ps1 in the home does this and,
    dot-sourced, sets the variables that older scripts use.

    .PARAMETER Root
    The home. Without it, the one that is configured.

    .EXAMPLE
    Join-CoAgent

    .EXAMPLE
    . "$HOME\Downloads\CoTemp\Join-CoAgent.ps1"
    #>
    [CmdletBinding()]
    [OutputType([void])]
    param(
        [string] $Root
    )
    process {
        if (-not $Root) {
            $answer = Invoke-CoBridge 'home'
            if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.ThrowTerminatingError($answer) }
            $Root = $answer.home
        }
        try {
            $env:COTEMP_HOME = $Root
            $sessions = [System.IO.Path]::Combine($Root, 'sessions')
            $null = [System.IO.Directory]::CreateDirectory($sessions)
            if ($env:COSESSION_ID) { $env:COSESSION_ID = Find-CoSession $sessions $env:COSESSION_ID }
            else { $env:COSESSION_ID = New-CoSession $sessions }
            foreach ($name in 'inbox', 'outbox', 'logs', 'scripts') {
                $folder = [System.IO.Path]::Combine($sessions, $env:COSESSION_ID, $name)
                $null = [System.IO.Directory]::CreateDirectory($folder)
            }
        } catch {
            $PSCmdlet.ThrowTerminatingError((New-CoError $_.Exception.Message 'See: cotemp doctor' 'InvalidOperation'))
        }
        $PSCmdlet.WriteInformation((New-CoHostMessage "CoTemp session ready: $env:COSESSION_ID"), 'PSHOST')
    }
}
