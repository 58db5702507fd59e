function Send-CoNote {
    <#
    .SYNOPSIS
    Sends a note to a session.

    .DESCRIPTION
    It arrives whole, under a name of its own. A session that does not exist is made.

    .PARAMETER ToSessionId
    A panel name or session id.

    .PARAMETER Text
    The note.

    .PARAMETER PassThru
    Return what was sent: path, name, session, sender.

    .EXAMPLE
    Send-CoNote -ToSessionId 'co-planning' -Text 'Checkpoint at noon'

    .EXAMPLE
    Get-CoPanels | Send-CoNote -Text 'Stop for today'
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Low')]
    [OutputType([void])]
    [OutputType('Cotemp.SentNote')]
    param(
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [Alias('session_id')]
        [ArgumentCompleter({ param($c, $p, $word) & (Get-Module Cotemp) { param($w) Complete-CoTarget $w } $word })]
        [string] $ToSessionId,
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $Text,
        [switch] $PassThru
    )
    process {
        if (-not $PSCmdlet.ShouldProcess($ToSessionId, 'Send a note')) { return }
        if (-not $env:COSESSION_ID) {
            $PSCmdlet.WriteWarning('COSESSION_ID is not set: nobody will know who sent it. See: Join-CoAgent')
        }
        $answer = Invoke-CoBridge 'note.send' @{ to = $ToSessionId; text = $Text; create = $true }
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.WriteError($answer); return }
        $PSCmdlet.WriteInformation((New-CoHostMessage "Note sent -> $($answer.path)"), 'PSHOST')
        if ($PassThru) { $answer | Add-CoType 'Cotemp.SentNote' }
    }
}
