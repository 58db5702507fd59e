"""Writes the files that are made from the code: JSON schemas, the list of commands, the picture of the demo.

`python -m tests.generate` writes them all, `python -m tests.generate schemas` only those. Tests compare
what is there with what the code would write now.
"""
