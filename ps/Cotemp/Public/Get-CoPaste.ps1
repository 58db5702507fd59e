function Get-CoPaste {
    <#
    .SYNOPSIS
    What waits to be pasted into chats, newest first; with -Text or -Copy, what to paste.

    .DESCRIPTION
    You paste it: nothing here types into a window. What is too long for a chat comes in parts, in the order of which
    -Copy gives them. It says copied only once the clipboard was read back, and holds it.

    .PARAMETER Paste
    Its id, or the beginning of it.

    .PARAMETER Session
    Only those for the chat of this panel or session.

    .PARAMETER All
    Also those that were pasted, acknowledged or dropped.

    .PARAMETER Text
    Return the text itself, part by part.

    .PARAMETER Copy
    Copy it, or its next part. Without an id, the newest that waits and was not copied yet.

    .PARAMETER Part
    Only this part of it, from 1.

    .EXAMPLE
    Get-CoPaste -Session 'co-migrate'

    .EXAMPLE
    Get-CoPaste -Copy

    .EXAMPLE
    Get-CoPaste p-k3f9ab -Text | Set-Content .\paste.md
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Low')]
    [OutputType('Cotemp.Paste')]
    [OutputType([string])]
    param(
        [Parameter(ValueFromPipelineByPropertyName)] [Alias('id')]
        [ArgumentCompleter({ param($c, $p, $word) & (Get-Module Cotemp) { param($w) Complete-CoPaste $w } $word })]
        [string] $Paste,
        [ArgumentCompleter({ param($c, $p, $word) & (Get-Module Cotemp) { param($w) Complete-CoTarget $w } $word })]
        [string] $Session,
        [switch] $All,
        [switch] $Text,
        [switch] $Copy,
        [ValidateRange(1, 10000)]
        [int] $Part
    )
    process {
        $number = if ($PSBoundParameters.ContainsKey('Part')) { $Part }
        if ($Copy) {
            $what = if ($Paste) { $Paste } else { 'the newest paste that waits' }
            if (-not $PSCmdlet.ShouldProcess($what, 'Copy')) { return }
            $copied = Copy-CoPart $Paste $Session $number
            if ($copied -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.WriteError($copied); return }
            $PSCmdlet.WriteInformation((New-CoHostMessage (Format-CoCopied $copied)), 'PSHOST')
            $copied.paste | Add-CoType 'Cotemp.Paste'
            return
        }
        if ($Text) {
            if (-not $PSCmdlet.ShouldProcess($Paste, 'Take the text')) { return }
            $answer = Invoke-CoBridge 'paste.take' @{ paste = $Paste; part = $number }
            if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.WriteError($answer); return }
            $answer.texts
            return
        }
        $answer = Invoke-CoBridge 'paste.list' @{ session = $Session; paste = $Paste; all = [bool] $All }
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.WriteError($answer); return }
        foreach ($file in $answer.strangers) {
            $PSCmdlet.WriteWarning((Format-CoText "Not ours, not listed: $file"))
        }
        $answer.pastes | Add-CoType 'Cotemp.Paste'
    }
}
