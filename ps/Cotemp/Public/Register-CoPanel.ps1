function Register-CoPanel {
    <#
    .SYNOPSIS
    Makes this PowerShell a panel of a session.

    .DESCRIPTION
    Sets $env:COSESSION_ID, and the title of the window. A session that does not exist is made.

    .PARAMETER Name
    The panel's name. Without it, the one that is configured for the session, or the last one it had.

    .PARAMETER SessionId
    The session. Without it, that of this PowerShell, or a new one.

    .PARAMETER Share
    Call it SharePanel when nobody says how.

    .EXAMPLE
    Register-CoPanel -Name 'Planning' -SessionId 'co-planning'
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Low')]
    [OutputType('Cotemp.Panel')]
    param(
        [Parameter(ValueFromPipelineByPropertyName)]
        [string] $Name,
        [Parameter(ValueFromPipelineByPropertyName)] [Alias('session_id')]
        [ArgumentCompleter({ param($c, $p, $word) & (Get-Module Cotemp) { param($w) Complete-CoTarget $w } $word })]
        [string] $SessionId,
        [switch] $Share
    )
    process {
        if (-not $PSCmdlet.ShouldProcess("process $PID", 'Register this PowerShell as a panel')) { return }
        $answer = Invoke-CoBridge 'panels.register' @{
            name = $Name; session_id = $SessionId; share = [bool] $Share; pid = $PID
        }
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.ThrowTerminatingError($answer) }
        $env:COSESSION_ID = $answer.session_id
        $title = Format-CoText "PS [$($answer.session_id)] $($answer.name)"
        try { $Host.UI.RawUI.WindowTitle = $title } catch { $null = $_ }   # not every host has a window
        $said = "Registered panel '$($answer.name)' for session '$($answer.session_id)'"
        $PSCmdlet.WriteInformation((New-CoHostMessage $said), 'PSHOST')
        $answer | Add-CoType 'Cotemp.Panel'
    }
}
