# For scripts that dot-source this file: the module Cotemp has Test-DOHeader, Wait-ForStableFile, Start-CoQueueWatcher and Start-CoQueueWatcherJob.
Import-Module Cotemp -Global -ErrorAction Stop
