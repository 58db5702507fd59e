# The bridge: the only file that knows how cotemp is spoken to. JSON-RPC 2.0, one line each way, over the pipes of a
# kept `cotemp bridge serve`; where that fails, the same call with the same request key by `cotemp bridge call`.
# Cmdlets are called with the names of their modules: a function of the user's may have the same name.

# At most once: a call of these carries a key, and a key that was seen before gets the first answer.
$script:CoChanging = @(
    'panels.register', 'panels.repair', 'note.send', 'note.read', 'standdown', 'text.drop', 'do.drop', 'do.new',
    'do.hello', 'run.approve', 'run.deny', 'watchers.enforce', 'paste.take', 'paste.copy', 'paste.mark',
    'backchat.emit', 'capsule.build', 'bootstrap', 'cowrap', 'bloat.act', 'bpoe.log', 'bpoe.status'
)
$script:CoPatience = 5000           # milliseconds for an answer of the kept process
$script:CoPatienceSpawned = 30000   # milliseconds for a process of its own, with its start
$script:CoBridge = @{
    Process = $null; Reader = $null; Writer = $null; Failures = 0; Busy = $false; LastId = 0; Refusal = $null
}

$ExecutionContext.SessionState.Module.OnRemove = { Stop-CoBridge }

function Invoke-CoBridge {
    # The result of one call, or an ErrorRecord: the one who raises it has the user's own line in it.
    # -Spawn leaves the kept process alone: for completion, which must disturb nothing; for what may take long; and for
    # what takes secrets out of a text, as the environment of a new process has those that were set a moment ago.
    # -Root is another home than this shell's.
    param(
        [string] $Method, [hashtable] $Params = @{}, [switch] $Spawn, [string] $Root,
        [int] $Patience = $script:CoPatienceSpawned
    )
    $bridge = $script:CoBridge
    try {
        $json = ConvertTo-CoParams $Method $Params $Root
        $reply = $null
        if (-not $Spawn -and -not $bridge.Busy -and $bridge.Failures -lt 3) { $reply = Send-CoKept $Method $json }
        if ($null -ne $bridge.Refusal) { return $bridge.Refusal }
        if ($null -eq $reply) { $reply = Send-CoSpawned $Method $json $Patience }
    } catch {
        return New-CoError $_.Exception.Message 'See: cotemp doctor' 'NotInstalled'
    }
    if ($null -eq $reply.PSObject.Properties['error']) { return $reply.result }
    New-CoError $reply.error.message $reply.error.data.fix $reply.error.data.category
}

function ConvertTo-CoParams {
    # The params as JSON. What is empty is not sent: to cotemp that is the same as not given.
    param([string] $Method, [hashtable] $Params, [string] $Root)
    $place = if ($Root) { $Root } else { $env:COTEMP_HOME }
    $sent = @{}
    foreach ($name in $Params.Keys) {
        $value = $Params[$name]
        if ($null -ne $value -and -not ($value -is [string] -and $value -eq '')) { $sent[$name] = $value }
    }
    if ($script:CoChanging -contains $Method) { $sent['request_key'] = [guid]::NewGuid().ToString() }
    $sent['context'] = @{
        cwd       = $ExecutionContext.SessionState.Path.CurrentFileSystemLocation.ProviderPath
        shell_pid = $PID
        env       = @{
            COSESSION_ID = $env:COSESSION_ID; COTEMP_HOME = $place; COTEMP_CONFIG = $env:COTEMP_CONFIG
        }
    }
    Microsoft.PowerShell.Utility\ConvertTo-Json -InputObject $sent -Compress -Depth 10
}

function Send-CoKept {
    # The reply of the kept process; nothing when it failed: it is then ended, and the next call starts another.
    param([string] $Method, [string] $Json)
    $bridge = $script:CoBridge
    $bridge.Busy = $true
    $reply = $null
    try {
        if ($null -eq $bridge.Process -or $bridge.Process.HasExited) { Start-CoBridge }
        $reply = Read-CoReply $Method $Json
        $bridge.Failures = 0
    } catch {
        $bridge.Failures++
    } finally {
        # After ^C the answer is still under way: who reads on would take it for that of the next call.
        if ($null -eq $reply) { Stop-CoBridge }
        $bridge.Busy = $false
    }
    $reply
}

function Start-CoBridge {
    Stop-CoBridge
    $bridge = $script:CoBridge
    $process = [System.Diagnostics.Process]::Start((New-CoProcessInfo @('bridge', 'serve')))
    $bridge.Process = $process
    # The writer that .NET makes has the console's encoding; this one is UTF-8 without BOM on every version.
    $utf8 = [System.Text.UTF8Encoding]::new($false)
    $bridge.Writer = [System.IO.StreamWriter]::new($process.StandardInput.BaseStream, $utf8)
    $bridge.Reader = [System.IO.StreamReader]::new($process.StandardOutput.BaseStream, $utf8)
    $null = $process.StandardError.BaseStream.CopyToAsync([System.IO.Stream]::Null)
    # A runspace may end before its PowerShell does, and must take its process along.
    $end = { try { $Event.MessageData.StandardInput.Close() } catch { $null = $_ } }
    $exiting = @{ SourceIdentifier = 'PowerShell.Exiting'; SupportEvent = $true; MessageData = $process; Action = $end }
    $null = Microsoft.PowerShell.Utility\Register-EngineEvent @exiting
    $hello = @{ protocol = 1; client = 'Cotemp.psm1'; version = "$($ExecutionContext.SessionState.Module.Version)" }
    $answer = Read-CoReply 'hello' (ConvertTo-CoParams 'hello' $hello)
    if ($null -eq $answer.PSObject.Properties['error']) { return }
    $bridge.Refusal = New-CoError $answer.error.message $answer.error.data.fix $answer.error.data.category
    throw 'cotemp speaks another protocol'
}

function Stop-CoBridge {
    $process = $script:CoBridge.Process
    $script:CoBridge.Process = $null
    if ($null -eq $process) { return }
    # The end of its input ends it, too, where the process is only a launcher of the real one. It may be gone already.
    try { $process.StandardInput.BaseStream.Close() } catch { $null = $_ }
    try { $process.Kill() } catch { $null = $_ }
    $process.Dispose()
}

function Read-CoReply {
    # Writes a request to the kept process, and reads until its answer comes.
    param([string] $Method, [string] $Json)
    $bridge = $script:CoBridge
    $bridge.LastId++
    $line = '{"jsonrpc":"2.0","id":' + $bridge.LastId + ',"method":"' + $Method + '","params":' + $Json + "}`n"
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    Wait-CoTask ($bridge.Writer.WriteAsync($line)) $clock
    Wait-CoTask ($bridge.Writer.FlushAsync()) $clock
    while ($true) {
        $read = $bridge.Reader.ReadLineAsync()
        Wait-CoTask $read $clock
        if ($null -eq $read.Result) { throw 'cotemp has ended' }
        $reply = ConvertFrom-CoLine $read.Result
        if ($null -eq $reply) { continue }
        $id = $reply.PSObject.Properties['id']
        if ($null -ne $id -and $id.Value -eq $bridge.LastId) { return $reply }
    }
}

function Wait-CoTask {
    # Until it is done. Short waits, since ^C is heard only between two of them; it throws what the task threw.
    param($Task, $Clock)
    while (-not $Task.Wait(100)) {
        if ($Clock.ElapsedMilliseconds -gt $script:CoPatience) { throw 'cotemp did not answer in time' }
    }
}

function Send-CoSpawned {
    # The reply of a process of its own. Throws when there is none within so many milliseconds.
    param([string] $Method, [string] $Json, [int] $Patience)
    $process = [System.Diagnostics.Process]::Start((New-CoProcessInfo @('bridge', 'call', $Method)))
    try {
        $utf8 = [System.Text.UTF8Encoding]::new($false)
        $output = [System.IO.StreamReader]::new($process.StandardOutput.BaseStream, $utf8).ReadToEndAsync()
        $errors = $process.StandardError.ReadToEndAsync()
        $bytes = $utf8.GetBytes($Json)
        $process.StandardInput.BaseStream.Write($bytes, 0, $bytes.Length)
        $process.StandardInput.Close()
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        while (-not $output.Wait(100)) {
            if ($clock.ElapsedMilliseconds -gt $Patience) { throw "cotemp did not answer: $Method" }
        }
        $reply = ConvertFrom-CoLine $output.Result
        if ($null -ne $reply) { return $reply }
        $said = Format-CoText $errors.Result.Trim()
        throw "$($process.StartInfo.FileName) did not answer as cotemp does: $said"
    } finally {
        if (-not $process.HasExited) { try { $process.Kill() } catch { $null = $_ } }
        $process.Dispose()
    }
}

function ConvertFrom-CoLine {
    # A line of JSON as an object; nothing when it is none. From 7.5 on texts that look like dates can stay texts.
    param([string] $Line)
    $dates = @{}
    $version = $PSVersionTable.PSVersion
    if ($version.Major -gt 7 -or ($version.Major -eq 7 -and $version.Minor -ge 5)) { $dates['DateKind'] = 'String' }
    try { Microsoft.PowerShell.Utility\ConvertFrom-Json -InputObject $Line @dates } catch { $null = $_ }
}

function New-CoError {
    # An error as PowerShell shows it; what to do about it stands below, and in Windows PowerShell in the message.
    param([string] $Message, [string] $Fix, [string] $Category)
    if ($Fix -and $PSVersionTable.PSVersion.Major -lt 7) { $Message = "$Message. $Fix" }
    $Message = Format-CoText $Message
    $record = [System.Management.Automation.ErrorRecord]::new(
        [System.InvalidOperationException]::new($Message), "Cotemp.$Category",
        [System.Management.Automation.ErrorCategory] $Category, $null)
    if ($Fix) {
        $record.ErrorDetails = [System.Management.Automation.ErrorDetails]::new($Message)
        $record.ErrorDetails.RecommendedAction = Format-CoText $Fix
    }
    $record
}
