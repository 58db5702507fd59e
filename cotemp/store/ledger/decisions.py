"""What humans decided: approvals and denials of held runs, and grants. Each counts as long as no event has ended it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ...errors import AnswerIsNo, NotFound, RefusedByPolicy
from ...messages.do import Flags
from ...messages.run import Run, State
from ...names import random_part
from ...times import local_now, parse_utc, utc
from ..ancestry import refuse_below_a_run
from .reading import Reading
from .rows import COLUMNS, Row, as_row, canonical

if TYPE_CHECKING:
    from ...messages.grant import Approval, Grant

__all__ = ["APPROVAL_LASTS", "Decisions", "Denial", "Given"]

APPROVAL_LASTS = timedelta(hours=24)
"""An approval that was not used by then is none any more."""


class Denial(NamedTuple):
    """Who said no, and why."""

    by: str
    why: str


class Given(NamedTuple):
    """A grant, and when (UTC) and by whom it was revoked; both None while it was not."""

    grant: Grant
    revoked_at: str | None
    revoked_by: str | None


class Decisions(Reading):
    """What a human writes: all of it is refused to what a run started (RefusedByPolicy)."""

    def approve(
        self, run_id: str, consent: Flags, by: str, until: datetime | None = None, *, enforced: bool = True
    ) -> Approval:
        """Record a yes to the held run: to its bytes as they are, with these flags, once, for 24 h at most.

        `enforced`: whether they were told that something holds it to them. Raises AnswerIsNo when it does not
        wait, was denied, or is approved already.
        """
        refuse_below_a_run("approving a DO")
        now = local_now()
        latest = now + APPROVAL_LASTS
        with self._acting():
            row = self._waiting(run_id)
            expired = self._refuse_second_approval(run_id, now)
            body = {
                "id": f"a-{random_part(8)}", "run_id": run_id, "sha256": row.sha256, "consent": asdict(consent),
                "by": by, "at": utc(now), "until": utc(min(until or latest, latest)), "enforced": enforced,
            }  # fmt: skip
            self._end(expired, self._next())
            made = self._append("approved", run_id, by, body=body, ends=expired)
            self._decide(body, "approval", run_id, made)
        return _approval(body)

    def deny(self, run_id: str, by: str, why: str) -> None:
        """Record a no to the held run; it takes back an approval that was not used yet.

        Raises AnswerIsNo when the run does not wait (any more), or was denied already.
        """
        refuse_below_a_run("denying a DO")
        with self._acting():
            self._waiting(run_id)
            opened = self._open_decisions(run_id)
            self._end(opened, self._next())
            body = {"id": f"d-{random_part(8)}", "run_id": run_id, "by": by, "why": why, "at": utc(local_now())}
            self._decide(body, "denial", run_id, self._append("denied", run_id, by, body=body, ends=opened))

    def approval_of(self, run_id: str, now: datetime) -> Approval | None:
        """The approval that lets this run begin now; None when there is none, or it was used or has expired."""
        found = self._query(
            "SELECT body FROM decisions WHERE run_id=? AND kind='approval' AND ended IS NULL AND until > ?",
            run_id, utc(now),
        )  # fmt: skip
        return _approval(json.loads(found[0][0])) if found else None

    def denial_of(self, run_id: str) -> Denial | None:
        """Who denied this run, and why; still so after it was refused."""
        found = self._query("SELECT body FROM decisions WHERE run_id=? AND kind='denial' AND ended IS NULL", run_id)
        body = json.loads(found[0][0]) if found else None
        return Denial(body["by"], body["why"]) if body else None

    def decided(self, session: str | None = None, now: datetime | None = None) -> list[Row]:
        """Held runs that a human has approved or denied: whoever watches the session has to act on them."""
        found = self._query(
            f"SELECT {COLUMNS} FROM runs WHERE state='held' AND coalesce(session=? COLLATE NOCASE, 1) "  # noqa: S608
            "AND run_id IN (SELECT run_id FROM decisions WHERE ended IS NULL AND (kind='denial' OR until > ?)) "
            "ORDER BY rowid",
            session, utc(now or local_now()),
        )  # fmt: skip
        return [as_row(values) for values in found]

    def grant(self, grant: Grant) -> None:
        """Record a standing yes."""
        refuse_below_a_run("granting consent")
        body = asdict(grant) | {
            "repo": str(grant.repo) if grant.repo else None,
            "at": utc(grant.at),
            "until": utc(grant.until) if grant.until else None,
        }
        with self._acting():
            made = self._append("granted", None, grant.by, body=body, session=grant.session)
            self._decide(body, "grant", None, made)

    def revoke(self, grant_id: str, by: str) -> None:
        """Take a grant back. Raises NotFound when there is none of this id, AnswerIsNo when it was revoked already."""
        refuse_below_a_run("revoking a grant")
        with self._acting():
            found = self._query("SELECT ended FROM decisions WHERE id=? AND kind='grant'", grant_id)
            if not found:
                raise NotFound(f"no grant is called {grant_id!r}", "list them: cotemp grants")
            if found[0][0] is not None:
                raise AnswerIsNo(f"grant {grant_id} was revoked before", "see: cotemp grants --all")
            self._end([grant_id], self._append("revoked", None, by, ends=[grant_id]))

    def grants(self, now: datetime) -> list[Grant]:
        """The grants that count now, oldest first."""
        found = self._query(
            "SELECT body FROM decisions WHERE kind='grant' AND ended IS NULL AND (until IS NULL OR until > ?) "
            "ORDER BY made",
            utc(now),
        )
        return [_grant(json.loads(body)) for (body,) in found]

    def all_grants(self) -> list[Given]:
        """Every grant there ever was, oldest first."""
        found = self._query(
            "SELECT body, at, who FROM decisions d LEFT JOIN events ON seq=d.ended WHERE d.kind='grant' ORDER BY made"
        )
        return [Given(_grant(json.loads(body)), at, who) for body, at, who in found]

    def _waiting(self, run_id: str) -> Row:
        """The row of a held run that nobody has denied; to be called in the transaction that decides."""
        row = self._known(run_id)
        if row.state is not State.HELD:
            raise AnswerIsNo(f"{run_id} does not wait for anybody: it is {row.outcome or row.state}")
        no = self.denial_of(run_id)
        if no:
            raise AnswerIsNo(f"{run_id} was denied by {no.by}", f"to have it decided anew: cotemp retry {run_id}")
        return row

    def _refuse_second_approval(self, run_id: str, now: datetime) -> list[str]:
        """Ids of approvals that have expired. Raises AnswerIsNo when there is one that has not."""
        yes = self.approval_of(run_id, now)
        if yes:
            raise AnswerIsNo(f"{run_id} was approved by {yes.by} already", f"to take that back: cotemp deny {run_id}")
        return self._open_decisions(run_id)

    def _usable(self, run: Run, approval_id: str | None) -> Approval | None:
        """The approval by which `run` may begin now; None when it needs none and nobody has said no."""
        self._waiting_or_refused(run.id)
        if approval_id is None:
            return None
        yes = self.approval_of(run.id, local_now())
        if yes is None or yes.id != approval_id:
            raise RefusedByPolicy(
                f"approval {approval_id} does not count for {run.id}: it was used, has expired, or is of another run",
                f"approve it again: cotemp approve {run.id}",
            )
        if not yes.holds_for(run.sha256, run.consent, local_now()):
            raise RefusedByPolicy(f"{run.id} is not what was approved: other bytes, or it would get more")
        if yes.enforced and run.enforcement.enforcer == "none":
            raise RefusedByPolicy(f"{run.id} was approved to run in the sandbox, and there is none now")
        return yes

    def _waiting_or_refused(self, run_id: str) -> None:
        try:
            self._waiting(run_id)
        except AnswerIsNo as error:
            raise RefusedByPolicy(error.what, error.fix) from None

    def _open_decisions(self, run_id: str, kind: str | None = None) -> list[str]:
        query = "SELECT id FROM decisions WHERE run_id=? AND ended IS NULL AND coalesce(kind=?, 1)"
        return [one for (one,) in self._query(query, run_id, kind)]

    def _decide(self, body: dict[str, Any], kind: str, run_id: str | None, made: int) -> None:
        values = (body["id"], kind, run_id, body.get("until"), canonical(body), made)
        self._db.execute("INSERT INTO decisions (id, kind, run_id, until, body, made) VALUES (?,?,?,?,?,?)", values)

    def _end(self, ids: Sequence[str], event: int) -> None:
        self._db.executemany("UPDATE decisions SET ended=? WHERE id=?", [(event, one) for one in ids])

    def _next(self) -> int:
        """The number that the next event will have: what it ends must be gone before what it makes."""
        return (self._tip or self._last()).seq + 1


def _approval(body: dict[str, Any]) -> Approval:
    from ...messages.grant import Approval  # readers of runs do without

    times = {"at": parse_utc(body["at"]), "until": parse_utc(body["until"])}
    return Approval(**{**body, **times, "consent": Flags(**body["consent"])})


def _grant(body: dict[str, Any]) -> Grant:
    from ...messages.grant import Grant  # readers of runs do without

    until = parse_utc(body["until"]) if body["until"] else None
    repo = Path(body["repo"]) if body["repo"] else None
    return Grant(**{
        **body, "at": parse_utc(body["at"]), "until": until, "repo": repo, "consent": Flags(**body["consent"])
    })  # fmt: skip
