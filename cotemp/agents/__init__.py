"""What is known of agents: their states, the programs that they are (backends), and what this machine keeps of each."""
