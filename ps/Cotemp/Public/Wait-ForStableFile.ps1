function Wait-ForStableFile {
    <#
    .SYNOPSIS
    Waits until a file has stopped changing.

    .DESCRIPTION
    True when it was found unchanged so many times in a row; false when the time was up before. It may come later.

    .PARAMETER Path
    The file.

    .PARAMETER IntervalMs
    Time between two looks, in milliseconds.

    .PARAMETER Consecutive
    How many looks in a row must find it unchanged.

    .PARAMETER TimeoutSeconds
    When to give up.

    .EXAMPLE
    Wait-ForStableFile .\download.zip -TimeoutSeconds 300
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [Alias('FullName')]
        [string] $Path,
        [int] $IntervalMs = 300,
        [int] $Consecutive = 3,
        [int] $TimeoutSeconds = 60
    )
    process {
        $file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path)
        $look = $null
        while ($true) {
            $answer = Invoke-CoBridge 'wait.stable' @{
                path = $file; interval_ms = $IntervalMs; consecutive = $Consecutive; timeout_seconds = $TimeoutSeconds
                look = $look
            }
            if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.WriteError($answer); return }
            if ($answer.done) { return [bool] $answer.stable }
            $look = $answer.look
            Start-Sleep -Milliseconds $answer.wait_ms
        }
    }
}
