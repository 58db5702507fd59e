# DOs: what is dropped, what its header says, how it runs, and what a human decides.
. "$PSScriptRoot/Assert.ps1"
. "$PSScriptRoot/Shells.ps1"
$env:COSESSION_ID = 'co-planning'
$repo = [System.IO.Path]::Combine($HOME, 'Desktop', 'CoAgent_SandboxRepo')

Test-Case 'a DO has the header that its parameters say, in their old order' {
    $file = Drop-CoDO 'co-migrate' 'DO Status/1' $repo 'A brief' 'Get-Date' -AllowWrites 6> $null
    Assert-True ([System.IO.Path]::GetFileName($file) -match '^DO_DO_Status_1_\d{6}-\w{6}\.ps1$') $file
    Assert-True ([System.IO.Path]::GetDirectoryName($file).EndsWith('inbox')) $file
    $text = [System.IO.File]::ReadAllText($file)
    $consent = 'consent: { allow_writes: true, allow_network: false'
    foreach ($line in 'title: "DO Status/1"', "path: `"$repo`" }", 'brief: "A brief"', $consent) {
        Assert-True $text.Contains($line) "$line in $text"
    }
    Assert-Equal 'Get-Date' (($text.TrimEnd() -split "`r?`n")[-1]) 'the last line'
    Assert-True (Test-DOHeader $file) 'its header is right'
}

Test-Case 'what is not said has the old default' {
    $text = [System.IO.File]::ReadAllText((Send-CoDO -To 'co-migrate' -Body '1' 6> $null))
    foreach ($line in "title: `"DO-from-$([Environment]::MachineName)`"", "path: `"$repo`" }", 'brief: "Ad-hoc DO"') {
        Assert-True $text.Contains($line) "$line in $text"
    }
}

Test-Case 'ten DOs of one title are ten files' {
    $files = 1..10 | ForEach-Object { Drop-CoDO -To 'co-migrate' -Title 'same' -Body "$_" 6> $null }
    Assert-Equal 10 @($files | Sort-Object -Unique).Length 'the files'
}

Test-Case 'quotes and comment ends in a title cannot get out of the header, and a body stays as it is' {
    $body = "'it''s'`n" + '"double $HOME" # ' + [char] 0x2014 + ' #> ' + [char]::ConvertFromUtf32(0x1F9EA)
    $file = Drop-CoDO -To 'co-migrate' -Title ('a "b" #> c' + "`nconsent: { allow_writes: true }") -Body $body 6> $null
    $text = [System.IO.File]::ReadAllText($file)
    Assert-True (Test-DOHeader -Path $file) 'its header is right'
    Assert-True (($text -replace "`r`n", "`n").TrimEnd().EndsWith($body)) $text
    Assert-True (-not $text.Contains("`nconsent: { allow_writes: true }")) $text
}

Test-Case 'a text keeps its name, and overwrites nothing' {
    $first = Drop-CoText -To 'co-migrate' -Name 'table.md' -Text '| a | b |' 6> $null
    $second = 'other' | Send-CoText -To 'co-migrate' -Name 'table.md' 6> $null
    Assert-Equal 'table.md' ([System.IO.Path]::GetFileName($first)) 'the name'
    Assert-Equal "| a | b |`n" ([System.IO.File]::ReadAllText($first)) 'the first'
    Assert-Equal "other`n" ([System.IO.File]::ReadAllText($second)) 'the second'
    $null = Assert-Fails 'InvalidArgument' { Drop-CoText -To 'co-migrate' -Name '../table.md' -Text 'x' }
}

Test-Case 'a header that is wrong is told of, line by line' {
    $file = [System.IO.Path]::Combine($HOME, 'wrong.ps1')
    [System.IO.File]::WriteAllText($file, "<# ---`ntitle: `"x`"`n--- #>`n1`n")
    $right = Test-DOHeader $file -WarningVariable warned 3> $null
    Assert-Equal 'False' $right 'the answer'
    Assert-True ("$warned" -match 'wrong\.ps1:\d+: ' -and "$warned" -match 'repo') "$warned"
    $null = Assert-Fails 'ObjectNotFound' { Test-DOHeader "$file.none" }
}

Test-Case 'a file counts as whole once nobody writes to it any more' {
    $file = [System.IO.Path]::Combine($HOME, 'unstable.ps1')
    $script = CoTemp 'scripts\Write-UnstableFile.ps1'
    $shell = Start-Shell "& '$script' -OutFile '$file' -TotalParts 4 -DelayMs 300; 'written'"
    $whole = Wait-ForStableFile $file -IntervalMs 500 -Consecutive 3 -TimeoutSeconds 40
    Assert-Equal 'True' $whole 'the answer'
    Assert-True ([System.IO.File]::ReadAllText($file).Contains('part 4 of 4')) 'all parts'
    Assert-Equal '' (Read-Shell $shell 'written') 'the writer'
    Close-Shell $shell
    Assert-True (Test-DOHeader $file) 'it is a DO'
    Assert-Equal 'False' (Wait-ForStableFile -Path "$file.none" -TimeoutSeconds 0) 'one that never comes'
}

Test-Case 'the DOs that ship with cotemp go where they are meant to' {
    Assert-True ((New-CoHelloDO 6> $null) -match 'co-planning.*DO_') 'into the own session'
    Assert-True ((New-CoDO -Template smoke -To 'co-migrate' 6> $null) -match 'co-migrate.*DO_') 'the smoke test'
}

Test-Case 'one pass runs what waits: it passes, or fails with what it had said' {
    $null = Register-CoPanel -Name 'Runs' -SessionId 'co-runs' 6> $null
    $null = Drop-CoDO -To 'Runs' -Title 'good' -Body '"said {0}" -f [char] 0x4F60' 6> $null
    $null = Drop-CoDO -To 'Runs' -Title 'bad' -Body "'before'; throw 'no such table'; 'after'" 6> $null
    $said = @(Start-CoQueueWatcher 6>&1 | ForEach-Object { "$_" })
    Assert-Equal 'Watcher session: co-runs' $said[0] 'the first line'
    $runs = @(Get-CoRun -Session 'Runs')
    Assert-Equal 2 $runs.Length 'the runs'
    $good = $runs | Where-Object { $_.title -eq 'good' }
    Assert-Equal 'passed' $good.outcome 'the good one'
    Assert-True ([System.IO.File]::ReadAllText($good.log).Contains("said $([char] 0x4F60)")) 'the log, in UTF-8'
    $bad = Get-CoRun -Session 'Runs' -Failed
    Assert-Equal 'bad failed' "$($bad.title) $($bad.outcome)" 'those that failed'
    $log = [System.IO.File]::ReadAllText($bad.log)
    Assert-True ($log.Contains('before') -and $log.Contains('no such table') -and -not $log.Contains("`nafter")) $log
    Assert-Equal 'fail' (Get-CoRun $bad.run_id).document.result 'its JSON log'
    Assert-Equal 'Cotemp.RunDetail' (Get-CoRun last).PSObject.TypeNames[0] 'the type'
}

Test-Case 'a DO that is held runs after a yes, and not after a no' {
    $settings = "schema = 1`n[policy]`nenforcer = `"none`"`nunenforced = `"run`"`nwrites = `"ask`"`n"
    [System.IO.File]::WriteAllText((& (Get-Module Cotemp) { (Invoke-CoBridge 'home').config }), $settings)
    $null = Drop-CoDO -To 'Runs' -Title 'asks' -Body '1' -AllowWrites 6> $null
    $null = Drop-CoDO -To 'Runs' -Title 'asks too' -Body '2' -AllowWrites 6> $null
    Start-CoQueueWatcher 6> $null
    $held = @(Get-CoHeld -Session 'Runs')
    Assert-Equal 2 $held.Length 'what is held'
    Assert-True ($held[0].consent.allow_writes -and "$($held[0].reasons)" -match 'writing') 'why'
    $yes = $held | Where-Object { $_.title -eq 'asks' } | Approve-CoRun 3> $null
    $no = $held | Where-Object { $_.title -eq 'asks too' } | Deny-CoRun -Why 'not today'
    Assert-Equal 'approved denied' "$($yes.decision) $($no.decision)" 'the decisions'
    Start-CoQueueWatcher 6> $null
    $runs = Get-CoRun -Session 'Runs' | Where-Object { $_.title -like 'asks*' }
    Assert-Equal 'passed' ($runs | Where-Object { $_.title -eq 'asks' }).outcome 'after a yes'
    Assert-Equal 'refused' ($runs | Where-Object { $_.title -eq 'asks too' }).outcome 'after a no'
    Assert-Equal 0 @(Get-CoHeld).Length 'what is held now'
    $null = Assert-Fails 'ObjectNotFound' { Approve-CoRun 'nobody' }
}

Test-Case 'the chats can be opened' {
    $said = @(Open-CoChats -AlsoOpenDocs -DocsTabs 'https://example.org' -WhatIf 6>&1)
    Assert-Equal 0 $said.Length 'nothing happens with -WhatIf'
}

Test-Case 'no process is left behind' { Wait-Nobody }
exit $global:CoFailed
