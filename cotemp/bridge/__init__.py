"""The bridge: what PowerShell asks of cotemp, as JSON-RPC 2.0, one line each way.

protocol    bytes in, bytes out; no I/O
stdio       the server on stdin and stdout
methods     the table of all methods
params      what a method takes, read from its function; checks what came
answering   from a method and its params to an answer; a changing one at most once per request key
caller      where a call comes from: its home, session, folder and shell
keys        the request keys that this machine remembers, over all processes
shapes      the types of what methods return
the rest    the methods, one file for each group
"""

from __future__ import annotations
