"""What reached a repo: commits on a ref, status files, inbox files.

It reads, and writes nothing but the one remote branch that it fetches.
"""
