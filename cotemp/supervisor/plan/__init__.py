"""What the supervisor does about agents, decided without touching anything: facts and events in, actions out.

The way of one thought: `step` takes an event in (`absorbing`, and a room for each kind), moves what concerns all
agents (`phases`, `limiting`), asks the `outlook` of each agent that is concerned, and gives out what is due.
"""
