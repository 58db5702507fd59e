function Get-CoNote {
    <#
    .SYNOPSIS
    The notes that wait in an inbox.

    .DESCRIPTION
    Oldest first. They stay there: Start-CoNoteReader puts away what it has shown.

    .PARAMETER Session
    A panel name or session id. Without it, the session of this PowerShell.

    .EXAMPLE
    Get-CoNote | Format-List sent, from, text
    #>
    [CmdletBinding()]
    [OutputType('Cotemp.Note')]
    param(
        [Parameter(ValueFromPipelineByPropertyName)] [Alias('session_id')]
        [ArgumentCompleter({ param($c, $p, $word) & (Get-Module Cotemp) { param($w) Complete-CoTarget $w } $word })]
        [string] $Session
    )
    process {
        $answer = Invoke-CoBridge 'note.list' @{ session = $Session }
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.WriteError($answer); return }
        if ($answer.more) { $PSCmdlet.WriteWarning("$($answer.more) come when these are read: Start-CoNoteReader") }
        $answer.notes | Add-CoType 'Cotemp.Note'
    }
}
