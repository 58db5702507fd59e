"""What an agent's program is doing right now, with the evidence; it never guesses."""
