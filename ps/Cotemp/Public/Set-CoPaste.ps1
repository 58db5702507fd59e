function Set-CoPaste {
    <#
    .SYNOPSIS
    Says what became of a paste.

    .DESCRIPTION
    The chat's ACK says it by itself, once `cotemp ingest` has read it; this is for what nobody acknowledges.

    .PARAMETER Paste
    Its id, or the beginning of it.

    .PARAMETER State
    pasted or dropped.

    .PARAMETER PassThru
    Return the paste as it is now.

    .EXAMPLE
    Set-CoPaste p-k3f9ab pasted

    .EXAMPLE
    Get-CoPaste -Session 'co-migrate' | Set-CoPaste -State dropped
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Low')]
    [OutputType([void])]
    [OutputType('Cotemp.Paste')]
    param(
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [Alias('id')]
        [ArgumentCompleter({ param($c, $p, $word) & (Get-Module Cotemp) { param($w) Complete-CoPaste $w } $word })]
        [string] $Paste,
        [ValidateSet('pasted', 'dropped')]
        [string] $State = 'pasted',
        [switch] $PassThru
    )
    process {
        if (-not $PSCmdlet.ShouldProcess($Paste, "Mark as $State")) { return }
        $answer = Invoke-CoBridge 'paste.mark' @{ paste = $Paste; state = $State.ToLowerInvariant() }
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.WriteError($answer); return }
        if ($PassThru) { $answer.paste | Add-CoType 'Cotemp.Paste' }
    }
}
