function New-CoBootstrap {
    <#
    .SYNOPSIS
    Makes the one thing to paste into a new chat.

    .DESCRIPTION
    The policy capsule, the rules of work, where things stand, the three things to do next, and what to answer. The chat
    needs nothing else. The text is in the property texts, part by part; -Copy copies it.

    .PARAMETER Session
    A panel name or session id. Without it, the session of this shell.

    .PARAMETER Todo
    What comes next; the first three are told. Without it, those of the last list or handoff.

    .PARAMETER Handoff
    Where things stand. Without it the last handoff, else the last CoWrap.

    .PARAMETER Copy
    Copy it, or its first part.

    .EXAMPLE
    New-CoBootstrap 'Planning' -Copy

    .EXAMPLE
    (New-CoBootstrap 'co-migrate' -Todo 'Mend the fallback', 'Write its test').texts
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Low')]
    [OutputType('Cotemp.Bootstrap')]
    param(
        [Parameter(ValueFromPipelineByPropertyName)] [Alias('session_id')]
        [ArgumentCompleter({ param($c, $p, $word) & (Get-Module Cotemp) { param($w) Complete-CoTarget $w } $word })]
        [string] $Session,
        [string[]] $Todo,
        [string] $Handoff,
        [switch] $Copy
    )
    process {
        $what = if ($Session) { $Session } else { 'this session' }
        if (-not $PSCmdlet.ShouldProcess($what, 'Make the bootstrap of a new chat')) { return }
        $answer = Invoke-CoBridge 'bootstrap' @{ session = $Session; todos = $Todo; handoff = $Handoff } -Spawn
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.WriteError($answer); return }
        foreach ($file in $answer.ignored) {
            $PSCmdlet.WriteWarning((Format-CoText "Not used, as nobody trusts it: $file (cotemp trust FILE)"))
        }
        if ($Copy) {
            $copied = Copy-CoPart $answer.paste.id
            if ($copied -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.WriteError($copied) } else {
                $PSCmdlet.WriteInformation((New-CoHostMessage (Format-CoCopied $copied)), 'PSHOST')
                $answer.paste = $copied.paste
            }
        }
        $answer | Add-CoType 'Cotemp.Bootstrap'
    }
}
