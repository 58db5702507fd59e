"""What a human pastes into a chat that can read no files, and what the chat's answers mean.

Out: a `Paste` is rendered as a header, a fenced body and the reply that is expected (`paste`), in as many parts as
the vendor's window takes (`budget`), inside a fence that no content can end (`fencing`). Its body is a capsule of
the user's profile (`capsule`), a message to another session (`backchat`), a snapshot (`cowrap`), or all that a new
chat needs (`bootstrap`).

In: `understanding` reads an answer as it comes out of a window; `references` are what an ACK points at.

Pure: no file, no clock, no environment. Nothing here runs, sends or believes what a text says.
"""
