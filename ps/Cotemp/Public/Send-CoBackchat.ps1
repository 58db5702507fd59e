function Send-CoBackchat {
    <#
    .SYNOPSIS
    Writes a message for another session's chat, which you paste there.

    .DESCRIPTION
    A pair of files in the home's inbox, as the original lays them out, and a paste that waits. The chat has to answer
    ACK and its id, with an artifact. Secrets are taken out before anything is written.

    .PARAMETER To
    For whom it is: a session, a panel, or any name.

    .PARAMETER Type
    handoff, status, request, bpoe_capsule, achievements or todo.

    .PARAMETER From
    Who says it. Without it, the session of this shell; without that, Unknown Session.

    .PARAMETER Body
    What it says, in Markdown.

    .PARAMETER BodyFile
    The same from a file.

    .PARAMETER Attachments
    Files that belong to it; only their names are told.

    .PARAMETER Priority
    low, normal, high, urgent, or a word of yours.

    .PARAMETER Base
    Another home than this shell's.

    .PARAMETER Copy
    Copy what to paste, or its first part. Where that fails it is told as a warning.

    .EXAMPLE
    Send-CoBackchat -To 'Migrate' -Body 'The fallback is next.'

    .EXAMPLE
    Send-CoBackchat -To 'co-migrate' -Type todo -BodyFile .\todo.md -Priority high -Copy
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Low')]
    [OutputType('Cotemp.Backchat')]
    param(
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [Alias('session_id')]
        [ArgumentCompleter({ param($c, $p, $word) & (Get-Module Cotemp) { param($w) Complete-CoTarget $w } $word })]
        [string] $To,
        [ValidateSet('handoff', 'status', 'request', 'bpoe_capsule', 'achievements', 'todo')]
        [string] $Type = 'handoff',
        [string] $From,
        [string] $Body,
        [string] $BodyFile,
        [string[]] $Attachments,
        [string] $Priority = 'normal',
        [string] $Base,
        [switch] $Copy
    )
    process {
        if ([bool] $Body -eq [bool] $BodyFile) {
            $said = 'A message has either -Body or -BodyFile'
            $PSCmdlet.ThrowTerminatingError((New-CoError $said 'Say it: -Body "..."' 'InvalidArgument'))
        }
        $words = $Body
        if ($BodyFile) {
            # Read as .NET reads: with the file's own byte order mark, else as UTF-8, on every version.
            try {
                $words = [System.IO.File]::ReadAllText($PSCmdlet.GetUnresolvedProviderPathFromPSPath($BodyFile))
            } catch {
                $said = $_.Exception.GetBaseException().Message
                $PSCmdlet.ThrowTerminatingError((New-CoError $said 'Name another file: -BodyFile' 'ObjectNotFound'))
            }
        }
        $files = @(foreach ($file in $Attachments) { $PSCmdlet.GetUnresolvedProviderPathFromPSPath($file) })
        $root = if ($Base) { $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Base) } else { '' }
        if (-not $PSCmdlet.ShouldProcess($To, "Write a message ($Type)")) { return }
        $answer = Invoke-CoBridge 'backchat.emit' @{
            to = $To; kind = $Type.ToLowerInvariant(); sender = $From; body = $words; attachments = $files
            priority = $Priority
        } -Spawn -Root $root
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.WriteError($answer); return }
        $PSCmdlet.WriteInformation((New-CoHostMessage "Backchat ready: $($answer.paste_file)"), 'PSHOST')
        if ($Copy) {
            $copied = Copy-CoPart $answer.paste.id '' $null $root
            if ($copied -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.WriteWarning("$copied") } else {
                $PSCmdlet.WriteInformation((New-CoHostMessage (Format-CoCopied $copied)), 'PSHOST')
                $answer.paste = $copied.paste
            }
        }
        $answer | Add-CoType 'Cotemp.Backchat'
    }
}
