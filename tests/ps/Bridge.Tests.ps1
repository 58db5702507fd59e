# The bridge: what breaks is mended, nothing is done twice, errors say what to do.
. "$PSScriptRoot/Assert.ps1"
. "$PSScriptRoot/Shells.ps1"
$env:COSESSION_ID = 'co-planning'

function Get-BridgeId {
    & (Get-Module Cotemp) { if ($script:CoBridge.Process) { $script:CoBridge.Process.Id } }
}

Test-Case 'one process answers all calls' {
    $null = CoTemp
    $id = Get-BridgeId
    1..50 | ForEach-Object { $null = Get-CoPanels }
    Assert-Equal $id (Get-BridgeId) 'the process'
}

Test-Case 'when it was killed, the next call is answered by another' {
    $id = Get-BridgeId
    (Get-Process -Id $id).Kill()
    Wait-Until 'it has ended' { -not (Test-Running $id) }
    Send-CoNote -ToSessionId 'co-migrate' -Text 'after the kill' 6> $null
    Assert-Equal 'after the kill' @(Get-CoNote -Session 'co-migrate').text.Trim() 'the notes'
    Assert-True ($id -ne (Get-BridgeId)) 'another process'
}

if ($env:OS -ne 'Windows_NT') {
    Test-Case 'when it hangs, it is ended, and the call is done all the same, once' {
        & (Get-Module Cotemp) { $script:CoPatience = 500 }
        $id = Get-BridgeId
        sh -c "kill -STOP $id"
        Send-CoNote -ToSessionId 'co-migrate' -Text 'while it hangs' 6> $null
        $notes = @(Get-CoNote -Session 'co-migrate' | Where-Object { $_.text -like 'while it hangs*' })
        Assert-Equal 1 $notes.Length 'the notes'
        Wait-Until 'the one that hung has ended' { -not (Test-Running $id) }
    }

    Test-Case 'a bridge that never starts is given up, and every call is done by a process of its own' {
        $file = [System.IO.Path]::Combine($HOME, 'python')
        $python = & (Get-Module Cotemp) { Find-CoPython }
        $lines = '#!/bin/sh', 'case "$*" in *serve*) exit 1;; esac', "exec '$python' `"`$@`"", ''
        [System.IO.File]::WriteAllText($file, $lines -join "`n")
        sh -c "chmod +x '$file'"
        Remove-Module Cotemp
        $env:COTEMP_PYTHON = $file
        1..5 | ForEach-Object { Send-CoNote -ToSessionId 'co-new' -Text "alone $_" 6> $null }
        Assert-Equal 5 @(Get-CoNote -Session 'co-new').Length 'the notes'
        Assert-Equal 3 (& (Get-Module Cotemp) { $script:CoBridge.Failures }) 'the attempts'
        Remove-Module Cotemp
        $env:COTEMP_PYTHON = $null
    }
}

Test-Case 'an error of cotemp is one of PowerShell, at the line of the user' {
    $wrong = Assert-Fails 'ObjectNotFound' { Drop-CoDO -To 'co-migrat' -Body '1' }
    Assert-True ("$wrong" -match "no panel or session is called 'co-migrat'") "$wrong"
    Assert-True ($wrong.InvocationInfo.Line -match 'Drop-CoDO -To') $wrong.InvocationInfo.Line
    $null = Assert-Fails 'InvalidArgument' { Get-CoRun -Since 'yesterday' }
}

Test-Case 'without a Python it says how to mend it' {
    Remove-Module Cotemp -ErrorAction Ignore
    $env:COTEMP_PYTHON = [System.IO.Path]::Combine($HOME, 'nowhere', 'python')
    $wrong = Assert-Fails 'NotInstalled' { Send-CoNote -ToSessionId 'co-migrate' -Text 'x' }
    Assert-True ("$wrong" -match 'COTEMP_PYTHON') "$wrong"
    $null = Assert-Fails 'NotInstalled' { cotemp status }
    $env:COTEMP_PYTHON = $null
    Remove-Module Cotemp
    Assert-True ($null -ne (CoTemp)) 'with one, all is well'
}

Test-Case 'a call from an event, in the middle of another call, disturbs neither' {
    $timer = [System.Timers.Timer]::new(20)
    $timer.AutoReset = $false
    $global:CoTicked = $null
    $null = Register-ObjectEvent -InputObject $timer -EventName Elapsed -SourceIdentifier CoTick -Action {
        $global:CoTicked = Resolve-CoTarget 'co-planning'
    }
    $timer.Start()
    $found = 1..300 | ForEach-Object { (Resolve-CoTarget 'co-migrate').session_id }
    Wait-Until 'the event was handled' { $global:CoTicked }
    Unregister-Event -SourceIdentifier CoTick
    Assert-Equal 'co-migrate' ($found | Sort-Object -Unique) 'the answers'
    Assert-Equal 'co-planning' $global:CoTicked.session_id 'the answer to the event'
}

if (Get-Command Start-ThreadJob -ErrorAction Ignore) {
    Test-Case 'several threads call at once' {
        $jobs = 1..4 | ForEach-Object {
            Start-ThreadJob -ArgumentList $_ -ScriptBlock {
                param($Number)
                1..20 | ForEach-Object { Send-CoNote -ToSessionId 'co-many' -Text "$Number $_" 6> $null }
                Remove-Module Cotemp
            }
        }
        $null = $jobs | Wait-Job | Receive-Job
        $jobs | Remove-Job
        Assert-Equal 80 @(Get-CoNote -Session 'co-many').Length 'the notes'
    }
}

Test-Case 'no process is left behind' { Wait-Nobody }
exit $global:CoFailed
