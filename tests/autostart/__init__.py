"""Starting at login: what is written for each system, and what becomes of it."""
