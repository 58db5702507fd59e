# Notes: none is lost, each arrives as it was written, and who reads them sees them once.
. "$PSScriptRoot/Assert.ps1"
. "$PSScriptRoot/Shells.ps1"
$env:COSESSION_ID = 'co-planning'

Test-Case '200 notes sent in a loop are 200 notes' {
    1..200 | ForEach-Object { Send-CoNote -ToSessionId 'co-migrate' -Text "note $_" 6> $null }
    $texts = @(Get-CoNote -Session 'co-migrate' | ForEach-Object { $_.text.Trim() })
    Assert-Equal 200 $texts.Length 'the notes'
    Assert-Equal 200 @($texts | Sort-Object -Unique).Length 'the different ones'
}

Test-Case 'the reader shows all of them and puts them away' {
    $env:COSESSION_ID = 'co-migrate'
    $said = @(Start-CoNoteReader 6>&1 | ForEach-Object { "$_" })
    Assert-Equal 200 $said.Length 'the lines'
    Assert-True ($said[0] -match '^NOTE NOTE_\d{8}-\d{6}-\w{6}_co-planning\.md: note \d+') $said[0]
    Assert-Equal 0 @(Get-CoNote).Length 'what waits'
    Assert-Equal 200 @(Get-ChildItem -LiteralPath (CoSession-Path 'notes')).Length 'what was put away'
    Assert-Equal 0 @(Start-CoNoteReader 6>&1).Length 'the second time'
    $env:COSESSION_ID = 'co-planning'
}

Test-Case 'Unicode, quotes and line ends arrive as they were written' {
    $odd = 'He said "no" & it''s $HOME `x` <b> %PATH% \n {0} ' + [char] 0x2014 + [char] 0xE9 +
        [char]::ConvertFromUtf32(0x1F9EA) + "`nline 2`ttab"
    $sent = Send-CoNote -ToSessionId 'co-migrate' -Text $odd -PassThru 6> $null
    Assert-Equal $odd @(Get-CoNote -Session 'co-migrate')[-1].text.TrimEnd("`n") 'the text'
    Assert-Equal "$odd`n" ([System.IO.File]::ReadAllText($sent.path)) 'the file'
}

Test-Case 'a panel name does as well as a session id, and a new session is made' {
    Assert-Equal 'co-migrate' (Send-CoNote 'Migrate' 'hello' -PassThru 6> $null).session 'the session'
    Assert-Equal 'co-new' (Send-CoNote 'co-new' 'hello' -PassThru 6> $null).session 'the new session'
}

Test-Case 'it returns nothing, and says on the host where the note is' {
    $returned = Send-CoNote -ToSessionId 'co-migrate' -Text 'quiet' 6> $null
    Assert-True ($null -eq $returned) 'nothing is returned'
    $said = Send-CoNote -ToSessionId 'co-migrate' -Text 'loud' 6>&1
    Assert-True ("$said" -match '^Note sent -> .*NOTE_.*_co-planning\.md$') "$said"
}

Test-Case 'it warns when nobody will know who sent it' {
    $env:COSESSION_ID = $null
    $said = Send-CoNote -ToSessionId 'co-migrate' -Text 'who' -PassThru -WarningVariable warned 3> $null 6> $null
    Assert-True ("$warned" -match 'COSESSION_ID is not set') "$warned"
    Assert-Equal 'unknown' $said.sender 'the sender'
    $said = Start-CoNoteReader 3>&1
    Assert-True ("$said" -match '^No session id\.') "$said"
    $env:COSESSION_ID = 'co-planning'
}

Test-Case 'panels come in by the pipeline' {
    $null = Register-CoPanel -Name 'Planning' -SessionId 'co-planning' 6> $null
    $sent = @(Get-CoPanels | Send-CoNote -Text 'to all' -PassThru 6> $null)
    Assert-Equal 'co-planning' $sent.session 'the sessions'
}

Test-Case 'the stand-down note goes to one session, and a word about it to the other' {
    $said = @(Mark-MigrateStandDown -NotifyPlanning 6>&1 | ForEach-Object { "$_" })
    Assert-Equal 2 $said.Length 'the lines'
    Assert-True ($said[0] -match '^Dropped -> .*co-migrate.*NOTE_STANDDOWN_') $said[0]
    Assert-True ($said[1] -match '^Dropped -> .*co-planning.*NOTE_INFO_') $said[1]
    Assert-Equal 1 @(Send-CoStandDown 6>&1).Length 'without the switch'
    Send-CoPolicyNote 6> $null
    $policy = @(Get-CoNote -Session 'co-planning' | Where-Object { $_.name -like 'NOTE_WATCHER_POLICY_*' })
    Assert-Equal 1 $policy.Length 'the policy note'
}

Test-Case 'a name that no session can have is an error, and makes nothing' {
    $wrong = Assert-Fails 'InvalidArgument' { Send-CoNote -ToSessionId '../x' -Text 'y' }
    Assert-True ("$wrong" -match 'is no session id') "$wrong"
    Assert-True (-not (Test-Path -LiteralPath (CoTemp 'x'))) 'nothing is made'
}

Test-Case 'times are texts, as cotemp wrote them' {
    $note = @(Get-CoNote -Session 'co-migrate')[0]
    Assert-True ($note.sent -is [string] -and [datetimeoffset] $note.sent) "$($note.sent)"
}

Test-Case 'no process is left behind' { Wait-Nobody }
exit $global:CoFailed
