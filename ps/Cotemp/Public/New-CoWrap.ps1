function New-CoWrap {
    <#
    .SYNOPSIS
    Writes down where a session stands, for a successor.

    .DESCRIPTION
    Its repos (branch, status, last commits), its open and held DOs, unread notes, open ACKs, the end of its last log,
    what was decided; no secrets. In the home's logs folder.

    .PARAMETER RepoPaths
    Repos to look at, besides those of its DOs.

    .PARAMETER OutDir
    A folder for a copy.

    .PARAMETER MaxCommits
    How many commits of each repo are told.

    .PARAMETER Session
    A panel name or session id. Without it the session of this shell, else manual.

    .PARAMETER Bundle
    Also make a ZIP to hand over; `cotemp cowrap intake` takes it in.

    .EXAMPLE
    New-CoWrap -Session 'co-migrate'

    .EXAMPLE
    New-CoWrap -RepoPaths ~\src\app -MaxCommits 10 -Bundle
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Low')]
    [OutputType('Cotemp.CoWrap')]
    param(
        [string[]] $RepoPaths,
        [string] $OutDir,
        [ValidateRange(1, 1000)]
        [int] $MaxCommits = 30,
        [Parameter(ValueFromPipelineByPropertyName)] [Alias('session_id')]
        [ArgumentCompleter({ param($c, $p, $word) & (Get-Module Cotemp) { param($w) Complete-CoTarget $w } $word })]
        [string] $Session,
        [switch] $Bundle
    )
    process {
        $repos = @(foreach ($path in $RepoPaths) { $PSCmdlet.GetUnresolvedProviderPathFromPSPath($path) })
        $into = if ($OutDir) { $PSCmdlet.GetUnresolvedProviderPathFromPSPath($OutDir) }
        $what = if ($Session) { $Session } else { 'this session' }
        if (-not $PSCmdlet.ShouldProcess($what, 'Make a CoWrap')) { return }
        $answer = Invoke-CoBridge 'cowrap' @{
            session = $Session; repos = $repos; out_dir = $into; max_commits = $MaxCommits; bundle = [bool] $Bundle
        } -Spawn -Patience 300000
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.WriteError($answer); return }
        $path = if ($answer.copy) { $answer.copy } else { $answer.path }
        $PSCmdlet.WriteInformation((New-CoHostMessage "Snapshot complete: $path"), 'PSHOST')
        $answer | Add-CoType 'Cotemp.CoWrap'
    }
}
