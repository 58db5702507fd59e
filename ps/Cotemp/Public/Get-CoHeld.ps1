function Get-CoHeld {
    <#
    .SYNOPSIS
    What waits for a human: DOs that have not begun, and changes that are not applied.

    .DESCRIPTION
    Oldest first. Approve-CoRun and Deny-CoRun decide.

    .PARAMETER Session
    Only those of this panel or session.

    .EXAMPLE
    Get-CoHeld

    .EXAMPLE
    Get-CoHeld | Format-List title, reasons, consent
    #>
    [CmdletBinding()]
    [OutputType('Cotemp.Held')]
    param(
        [Parameter(ValueFromPipelineByPropertyName)] [Alias('session_id')]
        [ArgumentCompleter({ param($c, $p, $word) & (Get-Module Cotemp) { param($w) Complete-CoTarget $w } $word })]
        [string] $Session
    )
    process {
        $answer = Invoke-CoBridge 'held.list' @{ session = $Session }
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.WriteError($answer); return }
        $answer.held | Add-CoType 'Cotemp.Held'
    }
}
