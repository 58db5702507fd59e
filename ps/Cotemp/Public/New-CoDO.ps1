function New-CoDO {
    <#
    .SYNOPSIS
    Drops a DO that ships with cotemp.

    .DESCRIPTION
    Returns the path.

    .PARAMETER Template
    Which one.

    .PARAMETER To
    A panel name or session id. Without it, the one that the template is for, or the session of this PowerShell.

    .PARAMETER RepoPath
    The folder that it is about, and starts in.

    .PARAMETER AllowWrites
    It may change its repo.

    .PARAMETER AllowNetwork
    It may use the network.

    .EXAMPLE
    New-CoDO -Template smoke -To 'co-migrate'
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Low')]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [ValidateSet('hello', 'smoke', 'reposcan', 'cctsfallback')]
        [string] $Template,
        [Parameter(ValueFromPipelineByPropertyName)] [Alias('session_id')]
        [ArgumentCompleter({ param($c, $p, $word) & (Get-Module Cotemp) { param($w) Complete-CoTarget $w } $word })]
        [string] $To,
        [string] $RepoPath,
        [switch] $AllowWrites,
        [switch] $AllowNetwork
    )
    process {
        if (-not $PSCmdlet.ShouldProcess($To, "Drop the DO $Template")) { return }
        $answer = Invoke-CoBridge 'do.new' @{
            template = $Template; to = $To; repo_path = $RepoPath
            allow_writes = [bool] $AllowWrites; allow_network = [bool] $AllowNetwork
        }
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.WriteError($answer); return }
        $PSCmdlet.WriteInformation((New-CoHostMessage "Queued -> $($answer.path)"), 'PSHOST')
        $answer.path
    }
}
