"""Moving in: an old world of launchers and dotfiles becomes one `agents.toml` and its state."""
