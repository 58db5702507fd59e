function New-CoHelloDO {
    <#
    .SYNOPSIS
    Drops the hello DO into the session of this PowerShell.

    .DESCRIPTION
    Into the session `manual` where this PowerShell has none. Returns the path.

    .PARAMETER RepoPath
    The folder that it is about, and starts in.

    .EXAMPLE
    New-CoHelloDO
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Low')]
    [OutputType([string])]
    param(
        [string] $RepoPath = [System.IO.Path]::Combine($HOME, 'Desktop', 'CoAgent_SandboxRepo')
    )
    process {
        if (-not $PSCmdlet.ShouldProcess('own session', 'Drop the DO hello')) { return }
        $answer = Invoke-CoBridge 'do.hello' @{ repo_path = $RepoPath }
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.ThrowTerminatingError($answer) }
        $PSCmdlet.WriteInformation((New-CoHostMessage "Queued -> $($answer.path)"), 'PSHOST')
        $answer.path
    }
}
