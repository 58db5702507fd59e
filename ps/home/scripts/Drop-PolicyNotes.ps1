# Reminds each session, by a note, of one watcher and of consent.
Import-Module Cotemp -Global -ErrorAction Stop
Send-CoPolicyNote
