function CoTemp {
    <#
    .SYNOPSIS
    The path of the home of CoTemp, or of something in it.

    .DESCRIPTION
    PowerShell does not tell CoTemp from cotemp, the program. Typed in lower case, with a command of the program as its
    first word, this runs the program.

    .PARAMETER Rel
    What in the home is meant.

    .EXAMPLE
    CoTemp 'scripts\Status-QuickCheck.ps1'

    .EXAMPLE
    cotemp status
    #>
    [OutputType([string])]
    param([string] $Rel)
    # An option such as -h is bound to no parameter, so it is the first of what is left.
    $words = @(if ($Rel) { $Rel }; $args)
    if ($MyInvocation.InvocationName -ceq 'cotemp' -and (Test-CoCommand "$($words[0])")) {
        try { $python = Find-CoPython } catch {
            Write-Error -ErrorRecord (New-CoError $_.Exception.Message '' 'NotInstalled')
            return
        }
        if ($MyInvocation.ExpectingInput) { $input | & $python -P -m cotemp @words }
        else { & $python -P -m cotemp @words }
        return
    }
    $answer = Invoke-CoBridge 'home'
    if ($answer -is [System.Management.Automation.ErrorRecord]) { Write-Error -ErrorRecord $answer; return }
    if ($Rel) { Join-Path $answer.home $Rel } else { $answer.home }
}
