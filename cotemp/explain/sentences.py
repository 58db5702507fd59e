"""What to tell a person about a DO's changes, and about what nobody can know before it runs."""

from __future__ import annotations

from collections.abc import Iterator

from ..messages.policy import Policy
from .model import Asked, Foreseen, Sight

__all__ = ["SHARED_NETWORK", "afterwards", "secrets_shown", "unknown"]

SHARED_NETWORK = (
    "the network is this machine's own: it reaches servers on the host's loopback, abstract sockets "
    "and cloud metadata, too"
)


def secrets_shown(policy: Policy, *, repo: bool) -> str:
    """What secrets consent shows, by name; with a `repo` its `.env*` files, too."""
    named = (
        f"the variables {', '.join(policy.secret_env)}" if policy.secret_env else "",
        f"the paths {', '.join(map(str, policy.secret_read))}" if policy.secret_read else "",
    )
    ours = "; ".join(filter(None, named)) or "no variables and paths (the policy names none: secret_env, secret_read)"
    return f"{ours}; the .env files of its repo" if repo else ours


def afterwards(asked: Asked, decision: Foreseen, sight: Sight | None) -> Iterator[str]:
    """What happens with what it changes, if it runs."""
    if decision.what == "refused":
        yield "nothing of it runs; it is filed in the outbox with the reason"
    elif sight is None:
        yield "nothing keeps it in bounds: it can change whatever you can, and nothing takes that back"
    elif sight.repo != "write":
        yield "it can write only its artifact folder, which is kept with its logs"
    else:
        yield from _of_repo(asked)


def _of_repo(asked: Asked) -> Iterator[str]:
    yield f"if it passes, its changes are applied to {asked.repo.path}, and `cotemp undo` reverts them"
    yield "if it does not pass, they are dropped: the repo is as it was"
    if not asked.consent.destructive:
        yield "what it deletes, overwrites untracked or rewrites in the history waits for a human"
    yield "hooks and configuration of git stay as they are; what else runs by itself later waits for a human"


def unknown(decision: Foreseen, sight: Sight | None) -> Iterator[str]:
    """What nobody can tell before it runs."""
    if decision.what == "refused":
        return
    if sight is None:
        yield "everything: the script can read, change and send whatever you can"
        return
    yield "what it does inside these walls: a script may do anything there"
    if sight.network == "shared":
        yield f"whom it talks to: {SHARED_NETWORK}"
    if sight.repo == "write":
        yield "what its changes do later: a Makefile, a test or a script of the repo runs outside when you run it"
    if sight.secret_env or sight.secret_paths:
        yield "what it does with the secrets that it is shown"
