function Test-DOHeader {
    <#
    .SYNOPSIS
    Whether the header of a DO is right. What is wrong is told as warnings.

    .PARAMETER Path
    The script.

    .EXAMPLE
    Test-DOHeader .\DO_Smoke.ps1

    .EXAMPLE
    Get-ChildItem *.ps1 | Where-Object { Test-DOHeader $_.FullName }
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [Alias('FullName')]
        [string] $Path
    )
    process {
        $file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path)
        $answer = Invoke-CoBridge 'do.check' @{ path = $file }
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.WriteError($answer); return }
        foreach ($one in $answer.problems) {
            $PSCmdlet.WriteWarning((Format-CoText "${file}:$($one.line): $($one.what); $($one.fix)"))
        }
        foreach ($one in $answer.warnings) { $PSCmdlet.WriteWarning((Format-CoText "${file}: $one")) }
        [bool] $answer.ok
    }
}
