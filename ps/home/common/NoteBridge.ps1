# For scripts that dot-source this file: the module Cotemp has Send-CoNote and Start-CoNoteReader.
Import-Module Cotemp -Global -ErrorAction Stop
