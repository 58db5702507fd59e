"""What the supervisor does about agents, decided without touching anything: facts and events in, actions out."""
