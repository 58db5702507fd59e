function Test-CoAgentSetup {
    <#
    .SYNOPSIS
    Whether everything is there that `cotemp init` makes.

    .EXAMPLE
    Test-CoAgentSetup
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param()
    process {
        $answer = Invoke-CoBridge 'verify'
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.ThrowTerminatingError($answer) }
        foreach ($part in $answer.missing) {
            $PSCmdlet.WriteInformation((New-CoHostMessage "Missing: $($part.what): $($part.path)"), 'PSHOST')
        }
        $said = if ($answer.complete) { "OK: $($answer.home)" } else { 'To make what is missing: cotemp init' }
        $PSCmdlet.WriteInformation((New-CoHostMessage $said), 'PSHOST')
        [bool] $answer.complete
    }
}
