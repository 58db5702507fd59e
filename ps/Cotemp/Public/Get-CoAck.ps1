function Get-CoAck {
    <#
    .SYNOPSIS
    What chats have to acknowledge: overdue, open, done.

    .DESCRIPTION
    One that is done is verified (the artifact that it names is there) or claimed (nobody here can tell). `cotemp acks
    --due` reminds of each overdue one once.

    .PARAMETER Session
    Only those for the chat of this panel or session.

    .PARAMETER State
    overdue, open or done.

    .EXAMPLE
    Get-CoAck -State overdue

    .EXAMPLE
    Get-CoAck -Session 'co-migrate' | Format-List
    #>
    [CmdletBinding()]
    [OutputType('Cotemp.Ack')]
    param(
        [Parameter(ValueFromPipelineByPropertyName)] [Alias('session_id')]
        [ArgumentCompleter({ param($c, $p, $word) & (Get-Module Cotemp) { param($w) Complete-CoTarget $w } $word })]
        [string] $Session,
        [ValidateSet('overdue', 'open', 'done')]
        [string] $State
    )
    process {
        $only = if ($State) { $State.ToLowerInvariant() }
        $answer = Invoke-CoBridge 'ack.list' @{ session = $Session; state = $only }
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.WriteError($answer); return }
        $answer.acks | Add-CoType 'Cotemp.Ack'
    }
}
