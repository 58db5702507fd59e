"""What keeps running when the terminal is closed: the daemon, and how to start, change and end it."""
