"""The bridge: what PowerShell asks of cotemp, as JSON-RPC 2.0, one line each way.

    protocol    bytes in, bytes out; no I/O
    stdio       the server on stdin and stdout
    answering   from a method and its params to an answer
    methods     the table of all methods
    params      what a method takes, read from its function; checks what came
    shapes      the types of what methods return
    caller      where a call comes from: its home, session, folder and shell
    homes       which home that is
    keys        a call with a request key is done once, over all processes
    journal     what is remembered of such calls
    spelling    times as PowerShell leaves them alone
    faults      errors as PowerShell gets them

    desk        what the methods about chats share

The rest are the methods, one file for each group: `home`, `panels`, `notes`, `dos`, `files`, `runs`, `watchers`,
`pastes`, `chats`, `wraps`, `telling`.
"""

from __future__ import annotations
