function Send-CoDO {
    <#
    .SYNOPSIS
    Drops a DO: a script under a header that says what it may do.

    .DESCRIPTION
    The watcher of the session runs it, at most once. Returns the path.

    .PARAMETER To
    A panel name or session id.

    .PARAMETER Title
    What it is for.

    .PARAMETER RepoPath
    The folder that it is about, and starts in.

    .PARAMETER Brief
    One line more about it.

    .PARAMETER AllowWrites
    It may change its repo.

    .PARAMETER AllowNetwork
    It may use the network.

    .PARAMETER Body
    The script.

    .EXAMPLE
    Drop-CoDO -To 'co-planning' -Title 'DO-MigrateStatus' -Body '"Status ping at $(Get-Date -Format o)"'
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Low')]
    [Alias('Drop-CoDO')]
    [OutputType([string])]
    param(
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [Alias('session_id')]
        [ArgumentCompleter({ param($c, $p, $word) & (Get-Module Cotemp) { param($w) Complete-CoTarget $w } $word })]
        [string] $To,
        [string] $Title = "DO-from-$([Environment]::MachineName)",
        [string] $RepoPath = [System.IO.Path]::Combine($HOME, 'Desktop', 'CoAgent_SandboxRepo'),
        [string] $Brief = 'Ad-hoc DO',
        [switch] $AllowWrites,
        [switch] $AllowNetwork,
        [Parameter(Mandatory)]
        [string] $Body
    )
    process {
        if (-not $PSCmdlet.ShouldProcess($To, "Drop the DO $Title")) { return }
        $answer = Invoke-CoBridge 'do.drop' @{
            to = $To; title = $Title; repo_path = $RepoPath; brief = $Brief; body = $Body
            allow_writes = [bool] $AllowWrites; allow_network = [bool] $AllowNetwork
        }
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.WriteError($answer); return }
        $PSCmdlet.WriteInformation((New-CoHostMessage "Queued DO -> $($answer.path)"), 'PSHOST')
        $answer.path
    }
}
