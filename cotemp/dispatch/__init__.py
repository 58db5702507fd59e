"""From "this inbox changed" to a filed run: one queue per session, several sessions at once."""
