# What the functions about pastes share.

function Copy-CoPart {
    # Copies a paste, or its next part; the answer, or an ErrorRecord. Without an id it is the newest that waits.
    param([string] $Paste, [string] $Session, $Part, [string] $Root)
    Invoke-CoBridge 'paste.copy' @{ paste = $Paste; session = $Session; part = $Part } -Spawn -Root $Root
}

function Format-CoCopied {
    # The answer to that as a sentence; what is left to copy is told, too.
    param($Copied)
    $paste = $Copied.paste
    $what = if ($paste.parts -gt 1) { "part $($Copied.part) of $($paste.parts) of $($paste.id)" } else { $paste.id }
    $next = if ($Copied.part -lt $paste.parts) { "; then the next part: Get-CoPaste $($paste.id) -Copy" } else { '' }
    "Copied $what to $($Copied.where) ($($Copied.tool), $($Copied.characters) characters)$next"
}

function Complete-CoPaste {
    # The ids of pastes that begin like this.
    param([string] $Word)
    $answer = Invoke-CoBridge 'paste.list' @{ all = $true } -Spawn
    if ($answer -is [System.Management.Automation.ErrorRecord]) { return }
    foreach ($paste in $answer.pastes) {
        if ($paste.id.StartsWith($Word.Trim('''"'), [System.StringComparison]::OrdinalIgnoreCase)) { $paste.id }
    }
}
