"""What is on disk: mail, claims, the ledger of runs, and how to mend all three after a crash."""
