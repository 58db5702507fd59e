function Resolve-CoTarget {
    <#
    .SYNOPSIS
    The panel that a name means.

    .DESCRIPTION
    A session without a panel is found, too; pid is then empty.

    .PARAMETER To
    A panel name or session id.

    .EXAMPLE
    (Resolve-CoTarget 'Planning').inbox
    #>
    [CmdletBinding()]
    [OutputType('Cotemp.Panel')]
    param(
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [Alias('session_id')]
        [ArgumentCompleter({ param($c, $p, $word) & (Get-Module Cotemp) { param($w) Complete-CoTarget $w } $word })]
        [string] $To
    )
    process {
        $answer = Invoke-CoBridge 'panels.resolve' @{ to = $To }
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.WriteError($answer); return }
        $answer | Add-CoType 'Cotemp.Panel'
    }
}
