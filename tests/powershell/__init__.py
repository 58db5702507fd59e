"""The PowerShell module, read by a parser: there may be no PowerShell here to ask."""
