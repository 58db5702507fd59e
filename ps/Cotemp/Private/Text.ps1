# Text on its way to the screen, and words for its completion.

function Format-CoText {
    # What others wrote, made safe to show: characters that steer a terminal or hide themselves become visible.
    param([string] $Text)
    $hidden = '[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}-[\t\n]]|\uDB40[\uDC00-\uDFFF]'
    if ($Text -notmatch $hidden) { return $Text }
    $plain = $Text.Replace("`r`n", "`n")
    [regex]::Replace($plain, $hidden, { param($found) '<U+{0:X4}>' -f [char]::ConvertToUtf32($found.Value, 0) })
}

function New-CoHostMessage {
    # For $PSCmdlet.WriteInformation with the tag PSHOST: the same as Write-Host, without loading another module.
    param([string] $Text)
    $message = [System.Management.Automation.HostInformationMessage]::new()
    $message.Message = Format-CoText $Text
    $message
}

function Add-CoType {
    # Names the type of each object that comes through, for the format file.
    param([string] $Name)
    process {
        if ($null -eq $_) { return }
        $_.PSObject.TypeNames.Insert(0, $Name)
        $_
    }
}

function Complete-CoTarget {
    # The panels and sessions that begin like this, as one would type them.
    param([string] $Word)
    $start = $Word.Trim('''"')
    $answer = Invoke-CoBridge 'targets.list' @{} -Spawn
    if ($answer -is [System.Management.Automation.ErrorRecord]) { return }
    foreach ($name in $answer.names) {
        if (-not $name.StartsWith($start, [System.StringComparison]::OrdinalIgnoreCase)) { continue }
        if ($name -match '^[A-Za-z0-9._-]+$') { $name } else { "'" + $name.Replace("'", "''") + "'" }
    }
}

function Test-CoCommand {
    # Whether this is how a command line of the program cotemp begins.
    param([string] $Word)
    $commands = @(
        'acks', 'adopt', 'approve', 'attach', 'audit', 'autostart', 'backchat', 'bloat', 'bootstrap', 'bpoe',
        'bridge', 'cancel', 'capsule', 'check', 'cowrap', 'demo', 'deny', 'diff', 'doctor', 'down', 'drop', 'echo',
        'enforce-single', 'explain', 'gc', 'grant', 'grants', 'held', 'hello', 'help', 'ingest', 'init', 'join',
        'log', 'log-bpoe', 'logs', 'metrics', 'new-do', 'notes', 'nudge', 'panels', 'paste', 'phase', 'plan',
        'reload', 'report', 'respawn', 'resume', 'retry', 'revoke', 'runs', 'scan', 'send', 'sent', 'shims', 'show',
        'smoke', 'stand-down', 'status', 'stop-all', 'take', 'ticker', 'trust', 'undo', 'uninstall', 'up', 'verify',
        'wake', 'watch', 'watchdog', 'why'
    )
    $Word.StartsWith('-') -or $commands -ccontains $Word
}

function Send-CoGreeting {
    # The first two notes of a home, as the original sent them; without these two sessions there are none.
    $pairs = @(@('Planning', 'co-planning', 'co-migrate'), @('Migrate', 'co-migrate', 'co-planning'))
    foreach ($pair in $pairs) {
        $name, $from, $to = $pair
        $null = Invoke-CoBridge 'note.send' @{ to = $to; sender = $from; text = "$name says hi. Sync link up." }
    }
}
