# What a job that watches a session does.

# It runs in a runspace or a process of its own, where this module is not, so it uses nothing of it. A process that is
# started by .NET takes no key from the terminal, and ends at the end of its input: also when PowerShell is killed.
$script:CoWatch = {
    param([string] $File, [string] $Arguments, [bool] $Follow)
    $told = $false
    while ($true) {
        $info = [System.Diagnostics.ProcessStartInfo]::new($File, $Arguments)
        $info.UseShellExecute = $false
        $info.CreateNoWindow = $true
        $info.WorkingDirectory = [System.IO.Path]::GetTempPath()
        $info.RedirectStandardInput = $true
        $info.RedirectStandardOutput = $true
        $info.RedirectStandardError = $true
        $info.StandardOutputEncoding = [System.Text.UTF8Encoding]::new($false)
        $info.StandardErrorEncoding = [System.Text.UTF8Encoding]::new($false)
        $info.EnvironmentVariables['PYTHONIOENCODING'] = 'utf-8'
        $info.EnvironmentVariables['PYTHONSAFEPATH'] = '1'
        $process = $null
        try {
            $process = [System.Diagnostics.Process]::Start($info)
            $errors = $process.StandardError.ReadToEndAsync()
            $read = $process.StandardOutput.ReadLineAsync()
            while ($true) {
                while (-not $read.Wait(200)) { }
                if ($null -eq $read.Result) { break }
                $read.Result
                $read = $process.StandardOutput.ReadLineAsync()
            }
            $process.WaitForExit()
        } finally {
            # Stop-Job comes here, too: the end of its input lets cotemp end what runs, and then itself.
            if ($null -ne $process) {
                try { $process.StandardInput.Close() } catch { $null = $_ }
                if (-not $process.WaitForExit(10000)) { $process.Kill() }
            }
        }
        $said = if ($errors.Wait(2000)) { $errors.Result.Trim() } else { '' }
        if ($process.ExitCode -ne 3 -or -not $Follow) { break }
        # Somebody else watches the session: this job follows, and takes over when that process has ended. Where no
        # process is named, or it cannot be seen from here, the job asks again now and then.
        if (-not $told) { $said; $told = $true }
        $other = 0
        if ($said -match '\(process (\d+),') { $other = [int] $Matches[1] }
        if (-not $other -or -not (Get-Process -Id $other -ErrorAction Ignore)) { Start-Sleep -Seconds 15; continue }
        for ($i = 0; $i -lt 120; $i++) {
            Start-Sleep -Milliseconds 500
            if (-not (Get-Process -Id $other -ErrorAction Ignore)) { break }
        }
    }
    if ($process.ExitCode -ne 0) { throw "cotemp watch ended with code $($process.ExitCode): $said" }
}

function Start-CoWatchJob {
    # In a thread of this process where that is possible: a job of its own process costs 100 MB.
    param([string] $Name, [object[]] $Arguments)
    if (Get-Command -Name Start-ThreadJob -ErrorAction Ignore) {
        # Without the limit the sixth session would wait for the first to end.
        $null = Start-ThreadJob -Name $Name -ScriptBlock $script:CoWatch -ArgumentList $Arguments -ThrottleLimit 64
    } else {
        $null = Start-Job -Name $Name -ScriptBlock $script:CoWatch -ArgumentList $Arguments
    }
}
