function Repair-CoPanel {
    <#
    .SYNOPSIS
    Removes the records of panels whose process has ended, and returns them.

    .EXAMPLE
    Repair-CoPanel
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Low')]
    [OutputType('Cotemp.Panel')]
    param()
    process {
        if (-not $PSCmdlet.ShouldProcess('panels', 'Remove those whose process has ended')) { return }
        $answer = Invoke-CoBridge 'panels.repair'
        if ($answer -is [System.Management.Automation.ErrorRecord]) { $PSCmdlet.ThrowTerminatingError($answer) }
        $answer.removed | Add-CoType 'Cotemp.Panel'
    }
}
