function Wait-CoDO {
    <#
    .SYNOPSIS
    Waits until a DO that was dropped has run, and returns the run.

    .PARAMETER Path
    What Drop-CoDO returned.

    .PARAMETER TimeoutSeconds
    When to give up.

    .EXAMPLE
    Drop-CoDO -To 'co-migrate' -Body 'Get-Date' | Wait-CoDO
    #>
    [CmdletBinding()]
    [OutputType('Cotemp.Run')]
    param(
        [Parameter(Mandatory, ValueFromPipeline)]
        [string] $Path,
        [int] $TimeoutSeconds = 60
    )
    process {
        $base = [System.IO.Path]::GetFileNameWithoutExtension($Path)
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        while ($true) {
            $answer = Invoke-CoBridge 'runs.list' @{ limit = 200 }
            if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.WriteError($answer); return }
            foreach ($run in $answer.runs) {
                if (-not $run.log -or -not $run.outcome) { continue }
                $log = [System.IO.Path]::GetFileName($run.log)
                if (-not $log.StartsWith("$base-", [System.StringComparison]::Ordinal)) { continue }
                return $run | Add-CoType 'Cotemp.Run'
            }
            if ($clock.Elapsed.TotalSeconds -ge $TimeoutSeconds) {
                $said = "$base did not run within $TimeoutSeconds s"
                $fix = 'Does anybody watch its session? See: cotemp status'
                $PSCmdlet.WriteError((New-CoError $said $fix 'OperationTimeout'))
                return
            }
            Start-Sleep -Milliseconds 200
        }
    }
}
