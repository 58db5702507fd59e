function Start-CoNoteReader {
    <#
    .SYNOPSIS
    Shows the notes that wait for this session, and puts them away.

    .DESCRIPTION
    They move to the folder `notes` of the session, and their senders can see that they were read.

    .PARAMETER Loop
    Go on until ^C.

    .PARAMETER PollMs
    How often to look, in milliseconds.

    .EXAMPLE
    Start-CoNoteReader -Loop
    #>
    [CmdletBinding()]
    [OutputType([void])]
    param(
        [switch] $Loop,
        [ValidateRange(1, 3600000)]
        [int] $PollMs = 800
    )
    process {
        if (-not $env:COSESSION_ID) { $PSCmdlet.WriteWarning('No session id. Join one: Join-CoAgent'); return }
        $refused = @{}
        while ($true) {
            $answer = Invoke-CoBridge 'note.list'
            if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.ThrowTerminatingError($answer) }
            foreach ($note in $answer.notes) {
                if ($refused.ContainsKey($note.name)) { continue }
                $said = $note.text
                if ($null -eq $said) { $said = "[$($note.problem)]"; $refused[$note.name] = $true }
                $PSCmdlet.WriteInformation((New-CoHostMessage "NOTE $($note.name): $said"), 'PSHOST')
            }
            $shown = @($answer.notes | Where-Object { $null -ne $_.text } | ForEach-Object { $_.ticket })
            if ($shown.Length) {
                $done = Invoke-CoBridge 'note.read' @{ tickets = $shown }
                if ($done -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.ThrowTerminatingError($done) }
            }
            if ($answer.more -and $shown.Length) { continue }
            if (-not $Loop) { return }
            Start-Sleep -Milliseconds $PollMs
        }
    }
}
