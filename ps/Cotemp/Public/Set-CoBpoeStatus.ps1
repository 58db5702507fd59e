function Set-CoBpoeStatus {
    <#
    .SYNOPSIS
    Writes the line of status, and returns it.

    .DESCRIPTION
    [BPOE] t=TIME | focus=WHAT | repo=NAME@BRANCH | health=HEALTH, in logs\BPOE.status.txt of the home. The health is
    OK, or what is wrong and how often.

    .PARAMETER Focus
    What the work is about now. Without it, what was said last.

    .PARAMETER RepoPath
    The repo that is worked in.

    .PARAMETER Branch
    Its branch. Without it, the one that is checked out there.

    .EXAMPLE
    Set-CoBpoeStatus -Focus 'Migration' -RepoPath ~\src\app
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Low')]
    [OutputType([string])]
    param(
        [string] $Focus,
        [string] $RepoPath,
        [string] $Branch
    )
    process {
        $repo = if ($RepoPath) { $PSCmdlet.GetUnresolvedProviderPathFromPSPath($RepoPath) }
        if (-not $PSCmdlet.ShouldProcess('the line of status', 'Write')) { return }
        $answer = Invoke-CoBridge 'bpoe.status' @{ focus = $Focus; repo = $repo; branch = $Branch } -Spawn
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.ThrowTerminatingError($answer) }
        Format-CoText $answer.line
    }
}
