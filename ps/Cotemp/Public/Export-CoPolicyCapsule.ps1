function Export-CoPolicyCapsule {
    <#
    .SYNOPSIS
    Makes the policy capsule from your CoProfile: what chats are told of it.

    .DESCRIPTION
    Nothing secret at any depth, no path that names you. PolicyCapsule.json and PolicyCapsule.paste.md, in the home's
    policy folder. When the profile says other things than the capsule before, add -Bump: a chat tells by the version.

    .PARAMETER CoProfilePath
    The profile. Without it that of last time, else Documents\CoProfile\coprofile.json.

    .PARAMETER OutDir
    A folder for copies of the two files.

    .PARAMETER To
    Put it on the desk for the chat of this panel or session, too.

    .PARAMETER Bump
    Give it the version that tells what changed.

    .PARAMETER Version
    The version that it gets, such as 2.0.0.

    .EXAMPLE
    Export-CoPolicyCapsule

    .EXAMPLE
    Export-CoPolicyCapsule -Bump -To 'co-planning'
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Low')]
    [OutputType('Cotemp.Capsule')]
    param(
        [string] $CoProfilePath,
        [string] $OutDir,
        [ArgumentCompleter({ param($c, $p, $word) & (Get-Module Cotemp) { param($w) Complete-CoTarget $w } $word })]
        [string] $To,
        [switch] $Bump,
        [string] $Version
    )
    process {
        $from = if ($CoProfilePath) { $PSCmdlet.GetUnresolvedProviderPathFromPSPath($CoProfilePath) }
        $into = if ($OutDir) { $PSCmdlet.GetUnresolvedProviderPathFromPSPath($OutDir) }
        if (-not $PSCmdlet.ShouldProcess('the policy capsule', 'Make')) { return }
        $answer = Invoke-CoBridge 'capsule.build' @{
            profile = $from; out_dir = $into; to = $To; bump = [bool] $Bump; version = $Version
        } -Spawn
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.ThrowTerminatingError($answer) }
        $said = "Policy capsule $($answer.version) -> $($answer.path)"
        $PSCmdlet.WriteInformation((New-CoHostMessage $said), 'PSHOST')
        $answer | Add-CoType 'Cotemp.Capsule'
    }
}
