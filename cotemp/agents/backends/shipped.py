"""The agent programs that cotemp knows, a row each. What a row says can be changed in `[backends.NAME]`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .backend import Backend
from .patterns import Patterns, Screens, Titles

__all__ = ["SHIPPED"]

_BRAILLE = r"[\u2800-\u28FF]"

CLAUDE = Backend(
    name="claude",
    argv=("claude",),
    model=("--model", "{model}"),
    resume=("--resume", "{id}"),
    start_id=("--session-id", "{id}"),
    prompt_argv=("--", "{prompt}"),  # without `--`, a prompt that begins with a dash is taken for an option
    processes=("claude",),
    session_id="chosen",
    evidence=("claude-session-file", "claude-transcript", "title", "screen"),
    account="anthropic",
    compact="/compact",
    title=Titles(
        # Claude Code up to 2.1.227 turns a braille frame, later ones a half circle; a star when it is done.
        busy=Patterns(rf"^(?:{_BRAILLE}|[\u25D0-\u25D3]) "),
        idle=Patterns(r"^\u2733 "),
    ),
    screen=Screens(
        # The composer: a no-break space follows the arrow; in a menu it is an ordinary one.
        ready=Patterns("^[\\s│]*❯\u00a0"),
        busy=Patterns(
            r"(?:esc|ctrl\+c) to interrupt",
            # The spinner: its verbs are random, the ellipsis tells it from `✻ Crunched for 42s`, which is done.
            r"^\s*[·✢✳✶✻✽*●] [^\W\d_][\w’'-]*…",
            # It has answered, and something of it still runs.
            r"Waiting for \d+ background agents? to finish",
            r"\b\d+ (?:shells?|MCP tasks?) still running",
            r"· \d+ shells? ·",
        ),
        blocked=Patterns(
            r"^[\s│]*(?:Do you want|Would you like) to [^.]*\?[\s│]*$",
            r"^[\s│]*❯ \d\. ",
            r"\d\. No, and tell Claude what to do differently",
            r"\d\. Deny \(esc\)",
            r"Enter to (?:confirm|select) · ",
            r"tab to amend",
            r"ctrl\+e to explain",
            r"Resume from summary \(recommended\)",
            # The first start in a folder, or ever.
            r"Quick safety check",
            r"Yes, I (?:accept|trust this folder)",
        ),
        covered=Patterns(
            r"Showing detailed transcript",
            r"^\s*search prompts:",  # its composer stands there as if it were empty, and what is typed is searched for
            r"\bEsc to (?:close|clear|exit)\b",
            r"Enter to continue · Esc to cancel",
            r"Press up to edit queued messages",
            r"esc to close",
            r"^[\s│]*Rewind[\s│]*$",
        ),
        limited=Patterns(
            r"You['’]ve hit your [\w -]*limit(?:.* resets (?P<until>.+?))?[\s│]*$",
            r"Stop and wait for limit to reset",
            r"API Error: Rate limit reached",
        ),
        dead=Patterns(r"socket connection (?:was )?closed"),
        login=Patterns(
            r"Please run /login",
            r"Select login method",
            r"OAuth token (?:has )?(?:expired|been revoked|revoked)",
            r"Invalid API key",
        ),
        model=Patterns(r"\bis currently unavailable"),  # `Baked for 0s` alone says only that it was quick
        stale=Patterns(r"No conversation found with session ID"),  # 2.1.197: then it ends with 1
    ),
)

CODEX = Backend(
    name="codex",
    argv=("codex",),
    model=("--model", "{model}"),
    resume=("resume", "{id}"),  # a subcommand, which takes the options and the prompt of the command itself
    prompt_argv=("--", "{prompt}"),
    processes=("codex",),
    session_id="codex-rollout",
    evidence=("codex-rollout", "title", "screen"),
    account="openai",
    compact="/compact",
    title=Titles(
        blocked=Patterns(r"Action Required"),
        busy=Patterns(rf"^{_BRAILLE}"),
        # The name of the folder. It has to be told: while words of an answer arrive, the screen is that of an idle one.
        idle=Patterns(r"^[^\[\s\u2800-\u28FF]"),
    ),
    screen=Screens(
        ready=Patterns(r"^› (?!\d\. )", r"^›$"),
        # `• Working` alone stays in the scrollback; narrow panes cut the hint short.
        busy=Patterns(r"\((?:\d+[hms] ?)+ • esc to i"),
        blocked=Patterns(
            r"Would you like to (?:run the following command|make the following edits|grant these permissions)",
            r"Would you like to send input to the existing terminal",
            r"Do you want to approve network access to",
            r"Press enter to confirm or esc to cancel",
            r"enter to submit answer",
            r"(?i)allow command\?",
            r"^› \d+\. ",
            r"Do you trust the contents of this directory",
            r"Skip until next version",
        ),
        # Searching in the transcript, or its list of keys: the composer stands there all the same.
        covered=Patterns(r"^  Find(?:: | · )", r"[·/] esc (?:close|cancel|latest)\b"),
        limited=Patterns(
            r"You['’]ve hit your usage limit(?:.* try again (?:at|in) (?P<until>.+?)\.?)?\s*$",
            r"exceeded retry limit, last status: 429",
        ),
        login=Patterns(r"Sign in with ChatGPT", r"unexpected status 401"),
        stale=Patterns(r"No saved session found with ID", r"no rollout found for (?:conversation|thread) id"),
    ),
)

OPENCODE = Backend(
    name="opencode",
    argv=("opencode",),
    model=("--model", "{model}"),  # provider/model
    resume=("--session", "{id}"),
    server=("--port", "{port}", "--hostname", "127.0.0.1"),
    prompt_argv=("--prompt={prompt}",),  # as one word, because a prompt may begin with a dash
    resume_takes_prompt=False,  # 1.18.33 shows the old conversation, and drops the prompt
    processes=("opencode",),
    session_id="opencode-api",
    evidence=("opencode-api", "screen"),  # its title tells no state
    account="opencode",
    settle=1.0,  # it takes that long to show a long text
    compact="/compact",
    # All seen with 1.18.33.
    screen=Screens(
        ready=Patterns(r"ctrl\+p commands", r"Ask anything"),
        busy=Patterns(r"esc (?:again to )?interrupt"),
        blocked=Patterns(
            r"△ (?:Permission required|Always allow)", r"enter (?:confirm|submit|toggle)", r"Allow once +Allow always"
        ),
        limited=Patterns(r"\[retrying in (?P<until>.+?) attempt #\d+\]"),
        stale=Patterns(r"^Error: Session not found"),
    ),
)

GEMINI = Backend(
    name="gemini",
    argv=("gemini",),
    model=("--model", "{model}"),
    resume=("--resume", "{id}"),
    start_id=("--session-id", "{id}"),
    prompt_argv=("--prompt-interactive={prompt}",),
    processes=("gemini", "node"),  # a script, whose process has the interpreter's name on some systems
    session_id="chosen",
    account="google",
    compact="/compress",
    # All taken from the program, 0.61.
    title=Titles(
        busy=Patterns(r"^[\u2726\u23F2]"),
        idle=Patterns(r"^\u25C7"),
        blocked=Patterns(r"^\u270B"),
    ),
    screen=Screens(
        ready=Patterns(r"Type your message or @path/to/file"),
        busy=Patterns(r"\(esc to cancel(?:, .+)?\)"),
        blocked=Patterns(
            r"^[\s│]*● \d+\. ",
            r"\(Use Enter to select\)",
            r"Waiting for user confirmation",
            r"Apply this change\?",
            r"Allow execution of",
            r"Do you trust (?:the files in this folder|the following folders)",
        ),
        limited=Patterns(r"Usage limit reached for "),
        login=Patterns(r"How would you like to authenticate", r"Waiting for authentication"),
        stale=Patterns(r"Error resuming session", r"Invalid session identifier"),
    ),
)

SH = Backend(
    name="sh",
    argv=("sh",),
    prompt="stdin",
    processes=("sh", "dash", "bash"),
    evidence=("screen",),
    account="sh",
    exit_keys=("C-c", "C-d"),
    screen=Screens(ready=Patterns(r"[$#%] $")),
)

SHIPPED: Mapping[str, Backend] = MappingProxyType({one.name: one for one in (CLAUDE, CODEX, OPENCODE, GEMINI, SH)})
"""The rows, by name."""
