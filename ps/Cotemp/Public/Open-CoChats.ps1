function Open-CoChats {
    <#
    .SYNOPSIS
    Opens the chats, and puts the greeting on the clipboard.

    .PARAMETER ChatUrl
    The address of the chat; it is opened twice, for two sessions.

    .PARAMETER AlsoOpenDocs
    Open DocsTabs, too.

    .PARAMETER DocsTabs
    Addresses.

    .EXAMPLE
    Open-CoChats
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Low')]
    [OutputType([void])]
    param(
        [string] $ChatUrl = 'https://chat.openai.com',
        [switch] $AlsoOpenDocs,
        [string[]] $DocsTabs
    )
    process {
        $answer = Invoke-CoBridge 'chats.open-info' @{ url = $ChatUrl }
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.ThrowTerminatingError($answer) }
        $tabs = @($answer.url, $answer.url)
        if ($AlsoOpenDocs -and $DocsTabs) { $tabs += $DocsTabs }
        foreach ($tab in $tabs) {
            if (-not $PSCmdlet.ShouldProcess($tab, 'Open in the browser')) { continue }
            try { Start-Process -FilePath $tab -ErrorAction Stop } catch {
                $PSCmdlet.WriteWarning((Format-CoText "Not opened: ${tab}: $($_.Exception.Message)"))
                continue
            }
            Start-Sleep -Milliseconds 250
        }
        if (-not $PSCmdlet.ShouldProcess("the greeting of $($answer.name)", 'Copy to the clipboard')) { return }
        try {
            Set-Clipboard -Value $answer.greeting -ErrorAction Stop
            $said = "The greeting of $($answer.name) is on the clipboard: paste it into the chat"
            $PSCmdlet.WriteInformation((New-CoHostMessage $said), 'PSHOST')
        } catch {
            $PSCmdlet.WriteWarning('There is no clipboard here. The greeting to paste:')
            $PSCmdlet.WriteInformation((New-CoHostMessage $answer.greeting), 'PSHOST')
        }
    }
}
