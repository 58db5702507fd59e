"""Every command of cotemp, one a line, in the order of the help."""

from __future__ import annotations

from collections.abc import Sequence

from .frame import Command, Group

__all__ = ["COMPLETERS", "TABLE", "Table"]

_HERE = "cotemp.cli"


class Table:
    """Commands in the order of the help, found by what is typed."""

    def __init__(self, commands: Sequence[Command]) -> None:
        self.commands = commands
        self._by_name = {name: command for command in commands for name in (command.name, *command.aliases)}

    def find(self, name: str) -> Command | None:
        """The command that is typed as `name`."""
        return self._by_name.get(name)


_COMMANDS = (
    Command("init", f"{_HERE}.init:init", Group.DAILY, "Create or repair the home"),
    Command("up", f"{_HERE}.starting:up", Group.DAILY, "Start watchers and agents in the background"),
    Command("down", f"{_HERE}.starting:down", Group.DAILY, "Stop what up started"),
    Command("status", f"{_HERE}.status:status", Group.DAILY, "Show what is going on", hot=True),
    Command("send", f"{_HERE}.notes:send", Group.DAILY, "Send a note", hot=True),
    Command("notes", f"{_HERE}.notes:notes", Group.DAILY, "Read the notes of a session", hot=True),
    Command("sent", f"{_HERE}.notes:sent", Group.DAILY, "Show the notes that were sent, and who read them", hot=True),
    Command("drop", f"{_HERE}.dos:drop", Group.DAILY, "Drop a DO into a session's inbox", hot=True),
    Command("join", f"{_HERE}.panels:join", Group.DAILY, "Register this terminal as a panel", hot=True),
    Command("panels", f"{_HERE}.panels:panels", Group.DAILY, "List the panels", hot=True),
    Command("demo", f"{_HERE}.demo:demo", Group.DAILY, "See it work in a throwaway home"),
    Command("check", f"{_HERE}.check:check", Group.RUNS, "Check DO files without running them"),
    Command("explain", f"{_HERE}.explain:explain", Group.CONSENT, "Say what a DO would do here, without running it"),
    Command("held", f"{_HERE}.approving:held", Group.CONSENT, "List what waits for you"),
    Command("approve", f"{_HERE}.approving:approve", Group.CONSENT, "Let a held DO run once, or held changes in"),
    Command("deny", f"{_HERE}.approving:deny", Group.CONSENT, "Say no to a held DO, or to held changes"),
    Command("grant", f"{_HERE}.grants:grant", Group.CONSENT, "Let DOs run without being asked for each"),
    Command("grants", f"{_HERE}.grants:grants", Group.CONSENT, "List the standing consent"),
    Command("revoke", f"{_HERE}.grants:revoke", Group.CONSENT, "Take standing consent back"),
    Command("diff", f"{_HERE}.changes:diff", Group.CONSENT, "Show what a run changed in its repo"),
    Command("undo", f"{_HERE}.changes:undo", Group.CONSENT, "Take back what a run changed in its repo"),
    Command("audit", f"{_HERE}.audit:audit", Group.CONSENT, "Say who asked, who allowed, and what became of it"),
    Command("new-do", f"{_HERE}.dos:new_do", Group.RUNS, "Write a DO from a template"),
    Command("watch", f"{_HERE}.watch:watch", Group.RUNS, "Run what arrives, in the foreground"),
    Command("runs", f"{_HERE}.runs:runs", Group.RUNS, "List the runs, newest last", hot=True),
    Command(
        "log",
        f"{_HERE}.log:log",
        Group.RUNS,
        "Show the log of a run, or the terminal of an agent",
        hot=True,
        aliases=("logs",),
    ),
    Command("show", f"{_HERE}.runs:show", Group.RUNS, "Show all that is known of a run"),
    Command("cancel", f"{_HERE}.runs:cancel", Group.RUNS, "Stop a run, and wait until it has ended"),
    Command("retry", f"{_HERE}.runs:retry", Group.RUNS, "Drop the DO of a run again"),
    Command("gc", f"{_HERE}.clearing:gc", Group.RUNS, "Remove old logs"),
    Command("scan", f"{_HERE}.scan:scan", Group.RUNS, "Search logs for secrets, and take them out"),
    Command("hello", f"{_HERE}.classic:hello", Group.RUNS, "Drop the hello DO"),
    Command("smoke", f"{_HERE}.classic:smoke", Group.RUNS, "Drop the smoke test DO"),
    Command("paste", f"{_HERE}.pastes:paste", Group.CHAT, "Take what is prepared for a chat, and paste it there"),
    Command("ingest", f"{_HERE}.ingest:ingest", Group.CHAT, "Take in what a chat answered"),
    Command("bootstrap", f"{_HERE}.bootstrap:bootstrap", Group.CHAT, "Make the one thing to paste into a new chat"),
    Command("respawn", f"{_HERE}.bootstrap:respawn", Group.CHAT, "Close a session's chat, and begin a fresh one"),
    Command("acks", f"{_HERE}.pastes:acks", Group.CHAT, "Show what the chats have to acknowledge"),
    Command(
        "backchat emit", f"{_HERE}.backchat:emit_message", Group.CHAT, "Write a message for another session's chat"
    ),
    Command("backchat check", f"{_HERE}.backchat:check", Group.CHAT, "Check a message of somebody else"),
    Command("capsule build", f"{_HERE}.capsule:build", Group.CHAT, "Make the policy capsule from your profile"),
    Command("capsule bump", f"{_HERE}.capsule:bump", Group.CHAT, "Make the capsule anew"),
    Command("capsule diff", f"{_HERE}.capsule:diff", Group.CHAT, "Show what the capsule does not say yet"),
    Command("echo", f"{_HERE}.capsule:echo_of", Group.CHAT, "Record which policy a chat says it has loaded"),
    Command("ticker", f"{_HERE}.ticker:ticker", Group.CHAT, "Show what happens, a line each"),
    Command("log-bpoe", f"{_HERE}.ticker:log_bpoe", Group.CHAT, "Add an entry to the log of the workflow"),
    Command("bpoe", f"{_HERE}.ticker:bpoe", Group.CHAT, "Write the line of status, and show it"),
    Command("metrics", f"{_HERE}.metrics:metrics", Group.CHAT, "Show what is counted here"),
    Command("report", f"{_HERE}.report:report", Group.CHAT, "Show a session as one page"),
    Command("cowrap", f"{_HERE}.cowrap:cowrap", Group.CHAT, "Write down where a session stands, for a successor"),
    Command("cowrap intake", f"{_HERE}.cowrap:intake", Group.CHAT, "Take in a CoWrap that somebody else made"),
    Command("bloat", f"{_HERE}.cowrap:bloat", Group.CHAT, "Say whether a chat has grown too long"),
    Command("plan", f"{_HERE}.agents:plan", Group.AGENTS, "Show what up would change, and why"),
    Command("why", f"{_HERE}.agents:why", Group.AGENTS, "Say what an agent does, and what happens to it next"),
    Command(
        "phase",
        f"{_HERE}.phase:show",
        Group.AGENTS,
        "Show the current phase, its plan and its status file",
        aliases=("phase show",),
    ),
    Command("phase list", f"{_HERE}.phase:listed", Group.AGENTS, "List the phases, in their order"),
    Command("phase set", f"{_HERE}.phase:choose", Group.AGENTS, "Make a phase the current one"),
    Command("phase next", f"{_HERE}.phase:forward", Group.AGENTS, "Go to the next phase, as if this one were done"),
    Command("phase back", f"{_HERE}.phase:back", Group.AGENTS, "Go back to the phase before this one"),
    Command("phase add", f"{_HERE}.phase:add", Group.AGENTS, "Append a phase to the sequence"),
    Command("wake", f"{_HERE}.agents:wake", Group.AGENTS, "Wake an agent now, as its schedule would"),
    Command("nudge", f"{_HERE}.agents:nudge", Group.AGENTS, "Tell an idle agent to go on"),
    Command("attach", f"{_HERE}.agents:attach", Group.AGENTS, "Get to an agent's terminal"),
    Command("watchdog", f"{_HERE}.agents:watchdog", Group.AGENTS, "Watch over the agents, in the foreground"),
    Command("reload", f"{_HERE}.agents:reload", Group.AGENTS, "Let the supervisor read agents.toml again"),
    Command("resume", f"{_HERE}.agents:resume", Group.AGENTS, "Go on after a stop"),
    Command("stop-all", f"{_HERE}.agents:stop_all", Group.AGENTS, "Stop everything at once: agents, and DOs that run"),
    Command("stand-down", f"{_HERE}.classic:stand_down", Group.AGENTS, "Tell a session to stand down"),
    Command("enforce-single", f"{_HERE}.status:enforce_single", Group.AGENTS, "Keep one watcher per session"),
    Command("doctor", f"{_HERE}.setup:doctor", Group.ADMIN, "Find what is wrong here, and mend it"),
    Command("verify", f"{_HERE}.status:verify", Group.ADMIN, "Check that the home is complete"),
    Command("adopt", f"{_HERE}.adopt:adopt", Group.ADMIN, "Move in from an old world of launchers"),
    Command("shims", f"{_HERE}.adopt:shims", Group.ADMIN, "Write shims for old command lines"),
    Command(
        "shims check",
        f"{_HERE}.adopt:check",
        Group.ADMIN,
        "Say whether agents.toml gives agents this backend and model",
        hidden=True,
    ),
    Command("take", f"{_HERE}.setup:take", Group.ADMIN, "Run a session's DOs on this machine from now on"),
    Command("trust", f"{_HERE}.setup:trust", Group.ADMIN, "Believe a file in the home"),
    Command("autostart enable", f"{_HERE}.autostart:enable", Group.ADMIN, "Start the watchers at login"),
    Command("autostart disable", f"{_HERE}.autostart:disable", Group.ADMIN, "Start nothing at login any more"),
    Command("autostart status", f"{_HERE}.autostart:status", Group.ADMIN, "Say what starts at login"),
    Command("bridge serve", f"{_HERE}.bridge:serve", Group.ADMIN, "Answer PowerShell on stdin and stdout"),
    Command("bridge call", f"{_HERE}.bridge:call", Group.ADMIN, "Make one call of the bridge"),
    Command("uninstall", f"{_HERE}.setup:uninstall", Group.ADMIN, "Remove cotemp's traces, keep your data"),
)

COMPLETERS = {
    "agent": f"{_HERE}.complete:agents",
    "phase": f"{_HERE}.complete:phases",
    "target": f"{_HERE}.complete:targets",
    "session": f"{_HERE}.complete:sessions",
    "run": f"{_HERE}.complete:run_ids",
    "held": f"{_HERE}.complete:held_ids",
    "grant": f"{_HERE}.complete:grant_ids",
    "paste": f"{_HERE}.complete:paste_ids",
}
"""What `complete="…"` of an Arg or Opt means: `function(context, word)` gives names."""

TABLE = Table(_COMMANDS)
