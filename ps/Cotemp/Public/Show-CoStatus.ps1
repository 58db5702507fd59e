function Show-CoStatus {
    <#
    .SYNOPSIS
    The status of all sessions as a table, and the watcher jobs of this PowerShell.

    .DESCRIPTION
    For the eye. Get-CoAgentStatus returns the same as objects.

    .PARAMETER Compact
    Remove panels whose process has ended, before.

    .EXAMPLE
    & "$HOME\Downloads\CoTemp\scripts\Status-QuickCheck.ps1"
    #>
    [CmdletBinding()]
    [Alias('Status-QuickCheck')]
    [OutputType([string])]
    [OutputType('System.Management.Automation.PSObject')]
    param(
        [switch] $Compact
    )
    process {
        if ($Compact) { $null = Repair-CoPanel }
        $answer = Invoke-CoBridge 'status'
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.ThrowTerminatingError($answer) }
        foreach ($line in $answer.attention) {
            $PSCmdlet.WriteInformation((New-CoHostMessage $line), 'PSHOST')
        }
        if (-not @($answer.sessions).Length) {
            $PSCmdlet.WriteWarning('No panels found. Try running CoAgentLauncher or Register-CoPanel.')
        }
        $name = @{ Name = 'name'; Expression = { Format-CoText $_.name } }
        $log = @{ Name = 'last_log'; Expression = { Format-CoText $_.last_log } }
        $columns = @($name, 'session', 'pid', 'inbox_ps1', 'outbox_ps1', $log)
        $answer.sessions | Format-Table -Property $columns -AutoSize
        'Jobs:'
        $columns = @('Name', 'State', 'HasMoreData')
        Get-Job -Name 'CoQueueWatcher-*' -ErrorAction Ignore | Format-Table -Property $columns -AutoSize
    }
}
