# Chats that cannot read files: what is prepared for them, what they have to acknowledge, how long they have grown.
. "$PSScriptRoot/Assert.ps1"
. "$PSScriptRoot/Shells.ps1"
$env:COSESSION_ID = 'co-planning'

function Set-Clipboards {
    # A clipboard of our own, so that nobody's is changed; the program stands first on PATH.
    $bin = New-Item -ItemType Directory -Path (Join-Path $HOME 'bin') -Force
    $file = Join-Path $bin.FullName 'xclip'
    $script = '#!/bin/sh', 'case "$*" in *-out*) cat "$0.held" ;; *) cat > "$0.held" ;; esac', ''
    [System.IO.File]::WriteAllText($file, ($script -join "`n"))
    chmod +x $file
    $env:PATH = "$($bin.FullName):$env:PATH"
    foreach ($name in 'WAYLAND_DISPLAY', 'TMUX', 'WSL_DISTRO_NAME') {
        [Environment]::SetEnvironmentVariable($name, $null)
    }
    $env:DISPLAY = ':7'
    "$file.held"
}

Test-Case 'a message for another chat is two files, and waits to be pasted' {
    $said = @(Send-CoBackchat -To 'co-migrate' -Type todo -Body 'next: the fallback' -Priority high 6>&1)
    Assert-True ("$($said[0])" -like 'Backchat ready: *.paste.md') "$($said[0])"
    $sent = $said[-1]
    Assert-Equal 'Cotemp.Backchat' $sent.PSObject.TypeNames[0] 'the type'
    $message = Get-Content -LiteralPath $sent.path -Raw | ConvertFrom-Json
    $told = "$($message.id) $($message.type) $($message.from_session) $($message.to_session) $($message.ack)"
    Assert-Equal "$($sent.id) todo co-planning co-migrate False" $told 'the message'
    $paste = Get-CoPaste -Session 'co-migrate'
    Assert-Equal "$($sent.paste.id) waiting" "$($paste.id) $($paste.state)" 'what waits'
    Assert-True ($paste.created -is [string]) 'a time is text'
    Assert-True ((Get-CoPaste | Out-String) -match 'title') 'the table'
    Assert-True ((Get-CoPaste $paste.id -Text) -join "`n" -match $sent.id) 'its text'
}

Test-Case 'what a message says comes from a file as well, whatever its encoding, and not from both' {
    $file = Join-Path $HOME 'todo [1].md'
    [System.IO.File]::WriteAllText($file, 'gr' + [char] 0xFC + 'n', [System.Text.Encoding]::Unicode)
    $sent = Send-CoBackchat 'co-migrate' -BodyFile $file -Attachments $file 6> $null
    $message = [System.IO.File]::ReadAllText($sent.path) | ConvertFrom-Json
    Assert-Equal ('gr' + [char] 0xFC + 'n') $message.body_markdown 'the text'
    Assert-Equal 'todo [1].md' $message.attachments 'what belongs to it'
    $null = Assert-Fails 'InvalidArgument' { Send-CoBackchat 'co-migrate' -Body 'x' -BodyFile $file }
    $null = Assert-Fails 'InvalidArgument' { Send-CoBackchat 'co-migrate' }
    $null = Assert-Fails 'ObjectNotFound' { Send-CoBackchat 'co-migrate' -BodyFile (Join-Path $HOME 'none.md') }
    Set-CoPaste $sent.paste.id dropped
}

Test-Case 'a paste can be marked, and -WhatIf marks nothing' {
    $paste = Get-CoPaste
    Set-CoPaste $paste.id -WhatIf
    Assert-Equal 'waiting' (Get-CoPaste $paste.id).state 'the state'
    $done = Get-CoPaste | Set-CoPaste -State pasted -PassThru
    Assert-Equal "$($paste.id) pasted" "$($done.id) $($done.state)" 'what was marked'
    Assert-True ($null -eq (Get-CoPaste)) 'nothing waits'
    Assert-Equal 2 @(Get-CoPaste -All).Length 'all of them'
    $null = Assert-Fails 'ObjectNotFound' { Set-CoPaste 'p-nobody' }
}

Test-Case 'what is to be acknowledged is told' {
    $ack = Get-CoAck -Session 'co-migrate'
    Assert-Equal 'open high Cotemp.Ack' "$($ack.state) $($ack.priority) $($ack.PSObject.TypeNames[0])" 'the ACK'
    Assert-True ($null -eq (Get-CoAck -State overdue)) 'nothing is overdue'
    Assert-Equal $ack.paste ($ack | Get-CoPaste).id 'its paste'
}

Test-Case 'copied is what the clipboard holds, part by part' {
    if (-not $IsLinux) { return }   # elsewhere the clipboard is that of whoever runs this
    $held = Set-Clipboards
    $long = ('words and words' + "`n") * 1000
    $said = @(Send-CoBackchat 'co-migrate' -Body $long -Copy 6>&1)
    $sent = $said[-1]
    $words = "Copied part 1 of $($sent.paste.parts) of $($sent.paste.id) to the clipboard*"
    Assert-True ("$($said[1])" -like $words) "$($said[1])"
    Assert-Equal ([System.IO.File]::ReadAllText($sent.paste.files[0])) ([System.IO.File]::ReadAllText($held)) 'part 1'
    $paste = Get-CoPaste -Copy 6> $null
    Assert-Equal "$($sent.paste.id) 2" "$($paste.id) $($paste.copied)" 'the next part'
    Assert-Equal ([System.IO.File]::ReadAllText($sent.paste.files[1])) ([System.IO.File]::ReadAllText($held)) 'part 2'
    $env:DISPLAY = ''
    $null = Assert-Fails 'NotInstalled' { Get-CoPaste $paste.id -Copy }
    $said = @(Send-CoBackchat 'co-migrate' -Body 'x' -Copy 3>&1 6> $null)
    Assert-True ("$($said[0])" -match 'clipboard') 'a message is sent all the same'
    Get-CoPaste | Set-CoPaste -State dropped
}

Test-Case 'the policy is made of the profile, and changes with its version only' {
    $file = Join-Path $HOME 'coprofile.json'
    Set-Content -LiteralPath $file -Value '{"rules": {"tone": "plain", "token": "hidden-away"}}'
    $made = Export-CoPolicyCapsule -CoProfilePath $file -OutDir (Join-Path $HOME 'capsule') 6> $null
    Assert-Equal 'Policy v1.0 loaded.' $made.echo 'the echo'
    Assert-True (Test-Path -LiteralPath (Join-Path $HOME 'capsule/PolicyCapsule.paste.md')) 'the copy'
    $text = Get-Content -LiteralPath (CoTemp 'policy\PolicyCapsule.json') -Raw
    Assert-True ($text -match 'plain' -and $text -notmatch 'hidden-away') 'what is in it'
    Set-Content -LiteralPath $file -Value '{"rules": {"tone": "plain", "pace": "calm"}}'
    $wrong = Assert-Fails 'InvalidOperation' { Export-CoPolicyCapsule }
    Assert-True ("$($wrong.ErrorDetails.RecommendedAction) $wrong" -match '-Bump') 'what to do'
    Assert-Equal '1.1.0' (Export-CoPolicyCapsule -Bump 6> $null).version 'the version'
}

Test-Case 'a new chat needs one paste' {
    $made = New-CoBootstrap 'co-migrate' -Todo 'Mend the fallback', 'Write its test' -Handoff 'half done'
    Assert-Equal 'Cotemp.Bootstrap 1.1.0' "$($made.PSObject.TypeNames[0]) $($made.policy)" 'what was made'
    $text = $made.texts -join "`n"
    Assert-True ($text -match 'Write its test' -and $text -match 'half done') 'what it tells'
    Assert-Equal 'co-planning' (New-CoBootstrap).session 'the session of the shell'
}

Test-Case 'a secret that was set a moment ago is in nothing that is written' {
    $env:MY_API_TOKEN = 'correct horse battery staple'
    $log = Add-CoBpoe -Title 'Checkpoint' -Body "green with $env:MY_API_TOKEN" 6> $null
    $sent = Send-CoBackchat 'co-migrate' -Body $env:MY_API_TOKEN 6> $null
    $env:MY_API_TOKEN = ''
    $written = [System.IO.File]::ReadAllText($log) + [System.IO.File]::ReadAllText($sent.path)
    Assert-True ($written -match '### Checkpoint' -and $written -match 'green with') 'the entry'
    Assert-True ($written -notmatch 'correct horse') 'the secret'
}

Test-Case 'a CoWrap tells of repos that are named' {
    $gone = Join-Path $HOME 'gone'
    $said = @(New-CoWrap -RepoPaths $gone -OutDir (Join-Path $HOME 'wraps') -Bundle 6>&1)
    Assert-True ("$($said[0])" -like 'Snapshot complete: *CoWrap_Snapshot_*.md') "$($said[0])"
    $made = $said[-1]
    Assert-Equal 'co-planning Cotemp.CoWrap' "$($made.session) $($made.PSObject.TypeNames[0])" 'what was made'
    Assert-True (Test-Path -LiteralPath $made.bundle) 'the ZIP'
    $text = [System.IO.File]::ReadAllText($made.copy)
    Assert-True ($text -match '## Repo: \S*gone') $text
}

Test-Case 'a chat that has grown too long is told, and nothing is changed by looking' {
    $found = Get-CoBloat -Session 'co-migrate' -WarnStaleMinutes 25 -WarnSlowDOsPerHour 0
    $type = $found.PSObject.TypeNames[0]
    Assert-Equal 'co-migrate False Cotemp.Bloat' "$($found.session) $($found.breached) $type" 'the session'
    Assert-True ($found.line -like 'Health OK*') $found.line
    Assert-Equal 0 ($found.signals | Where-Object { $_.name -eq 'dos_per_hour' }).threshold 'the threshold'
    Assert-True (@(Watch-CoBloat 6> $null).Length -ge 2) 'all sessions'
}

Test-Case 'the line of status has the form of the original' {
    $line = Set-CoBpoeStatus -Focus 'Migration' -RepoPath $HOME -Branch 'main'
    $leaf = Split-Path $HOME -Leaf
    Assert-True ($line -match '^\[BPOE\] t=\S+Z \| focus=Migration \| repo=' -and $line.Contains("$leaf@main")) $line
    Assert-Equal $line ([System.IO.File]::ReadAllText((CoTemp 'logs\BPOE.status.txt')).Trim()) 'the file'
}

Test-Case 'what is counted are figures' {
    $found = @(Get-CoMetric)
    Assert-Equal 'Cotemp.Metric' $found[0].PSObject.TypeNames[0] 'the type'
    Assert-True (($found | Where-Object { $_.name -eq 'paste_made' }).value -ge 2) 'the pastes'
    Assert-True (($found | Out-String) -match 'pass_rate') 'the table'
}

Test-Case 'the scripts of the original do the same' {
    $env:DISPLAY = ''
    & (CoTemp 'scripts\CoBackchat.Emit.ps1') -To 'co-migrate' -Type status -Body 'by script' 3> $null 6> $null
    Assert-True ((Get-CoPaste -Session 'co-migrate' | Select-Object -First 1).title -match '^status') 'the message'
    & (CoTemp 'scripts\CoProfile.ExportPolicyCapsule.ps1') 6> $null
    & (CoTemp 'scripts\CoWrap.Capture.ps1') -RepoPaths $HOME -MaxCommits 5 6> $null
    & (CoTemp 'scripts\BPOE.Log.Append.ps1') -Title 'By script' -Body 'x' 6> $null
    $log = [System.IO.File]::ReadAllText((CoTemp 'logs\BPOE.workflow.log.md'))
    Assert-True ($log -match '### By script') 'the entry'
    $said = @(& (CoTemp 'scripts\Bloat.Monitor.ps1') -AlertsDir (Join-Path $HOME 'alerts') 3>&1 6>&1)
    Assert-True ("$said" -match 'Health OK|BLOAT') "$said"
}

Test-Case 'another home is named by -Base' {
    $there = Join-Path $HOME 'Elsewhere'
    $sent = Send-CoBackchat 'co-migrate' -Body 'x' -Base $there 6> $null
    Assert-True ($sent.path.StartsWith((Join-Path $there 'inbox'))) $sent.path
}

Test-Case 'no process is left behind' { Wait-Nobody }
exit $global:CoFailed
