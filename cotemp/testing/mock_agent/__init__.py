"""An agent program for tests: it looks and behaves like one in a terminal, and does what it is told.

    python -m cotemp.testing.mock_agent [--resume ID] [--session-id ID] [--model M] [--state FOLDER] [PROMPT]

FOLDER (else $MOCK_AGENT_STATE, else `.mock-agent` here) is where it is told, and where it tells:

- `commands/NAME`: each file is one command (see `commands.py`); written whole, by rename; taken in the order of their
  names within 50 ms, and deleted when it was done and the screen shows it. Those that lie there at the start are taken
  before anything else.
- `at_start`: commands, one a line, that every start takes before those; nothing deletes it.
- `turns.jsonl`: a line for everything that it was sent, with the time; `life.jsonl`: starts and ends.
- `sessions/<pid>.json`: what it says of itself, as claude does; gone after a clean exit.
- `conversations/<id>.json`: what `--resume` shows again.

A command can also be typed, or be the prompt, with a slash before it: `/busy 3`.
"""
