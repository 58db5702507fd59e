function Test-CoSmoke {
    <#
    .SYNOPSIS
    Drops the DOs smoke and reposcan, waits until they have run, and shows their logs.

    .DESCRIPTION
    A session whose DOs nobody runs makes it fail after the time is up. Returns whether all passed.

    .PARAMETER Templates
    Which DOs.

    .PARAMETER Target
    A panel name or session id.

    .PARAMETER TimeoutSeconds
    When to give up, for each.

    .EXAMPLE
    Test-CoSmoke
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [string[]] $Templates = @('smoke', 'reposcan'),
        [ArgumentCompleter({ param($c, $p, $word) & (Get-Module Cotemp) { param($w) Complete-CoTarget $w } $word })]
        [string] $Target = 'co-migrate',
        [int] $TimeoutSeconds = 60
    )
    process {
        $passed = $true
        foreach ($template in $Templates) {
            $run = New-CoDO -Template $template -To $Target | Wait-CoDO -TimeoutSeconds $TimeoutSeconds
            $passed = $passed -and $null -ne $run -and $run.outcome -eq 'passed'
            if ($null -eq $run) { continue }
            $PSCmdlet.WriteInformation((New-CoHostMessage "$($run.title): $($run.outcome): $($run.log)"), 'PSHOST')
            foreach ($line in (Get-Content -LiteralPath $run.log -Tail 40 -Encoding UTF8)) {
                $PSCmdlet.WriteInformation((New-CoHostMessage $line), 'PSHOST')
            }
        }
        $passed
    }
}
