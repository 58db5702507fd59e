function Send-CoText {
    <#
    .SYNOPSIS
    Puts a text into an inbox, as a file of that name.

    .DESCRIPTION
    Nothing is overwritten: a name that is taken gets a number. Returns the path.

    .PARAMETER To
    A panel name or session id.

    .PARAMETER Name
    The file's name.

    .PARAMETER Text
    What it holds.

    .EXAMPLE
    Drop-CoText -To 'Planning' -Name 'table.md' -Text '| a | b |'
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Low')]
    [Alias('Drop-CoText')]
    [OutputType([string])]
    param(
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [Alias('session_id')]
        [ArgumentCompleter({ param($c, $p, $word) & (Get-Module Cotemp) { param($w) Complete-CoTarget $w } $word })]
        [string] $To,
        [Parameter(Mandatory)]
        [string] $Name,
        [Parameter(Mandatory, ValueFromPipeline)]
        [string] $Text
    )
    process {
        if (-not $PSCmdlet.ShouldProcess($To, "Drop the file $Name")) { return }
        $answer = Invoke-CoBridge 'text.drop' @{ to = $To; name = $Name; text = $Text }
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.WriteError($answer); return }
        $PSCmdlet.WriteInformation((New-CoHostMessage "Dropped -> $($answer.path)"), 'PSHOST')
        $answer.path
    }
}
