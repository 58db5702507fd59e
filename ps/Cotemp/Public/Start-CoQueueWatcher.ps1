function Start-CoQueueWatcher {
    <#
    .SYNOPSIS
    Runs the DOs of the session of this PowerShell, here in the foreground.

    .DESCRIPTION
    One pass over what waits, or until ^C with -Loop. Another process that watches the session is not disturbed: this
    one ends, and says who it is.

    .PARAMETER PollMs
    For older scripts: nothing polls, what arrives is seen at once.

    .PARAMETER Loop
    Go on until ^C.

    .EXAMPLE
    Start-CoQueueWatcher -Loop
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Low')]
    [OutputType([void])]
    param(
        [int] $PollMs = 600,
        [switch] $Loop
    )
    process {
        if (-not $PSCmdlet.ShouldProcess("$env:COSESSION_ID", 'Run the DOs that wait')) { return }
        $answer = Invoke-CoBridge 'jobs.watch-info' @{ create = $true }
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.ThrowTerminatingError($answer) }
        $program, $arguments = $answer.argv
        if (-not $Loop) { $arguments = @($arguments) + '--once' }
        try {
            & $script:CoWatch $program (Join-CoArgument $arguments) | ForEach-Object { Write-Host (Format-CoText $_) }
        } catch {
            $PSCmdlet.ThrowTerminatingError((New-CoError $_.Exception.Message '' 'InvalidOperation'))
        }
    }
}
