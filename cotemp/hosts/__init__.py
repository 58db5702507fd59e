"""Where agents run: in tmux, or in terminals of our own; both outlive the daemon."""
