"""Where an approved DO works: its folders, its view of the repo, and the walls around it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..consent import Approved
from ..messages.policy import Policy
from ..messages.run import Enforcement
from ..places import Places, SessionPlaces, config_file, make_folder, own_config_file
from ..runner import Launch, environment
from ..runner.engines import Engine, Found
from ..runner.plan import COPY
from .claim import Claimed
from .desk import Desk
from .situation import Target

if TYPE_CHECKING:
    from ..sandbox import Confined, View
    from ..sandbox.view import RepoMode
    from ..transaction import Prepared

__all__ = ["Workplace", "leave", "made"]


@dataclass(frozen=True, slots=True)
class Workplace:
    """`repo` is what the DO sees as its repo; None when it sees none. `confined` is None when nothing enforces."""

    session: SessionPlaces
    run_dir: Path
    repo: Path | None
    do_path: Path
    policy: Policy
    confined: Confined | None = None

    @property
    def artifacts(self) -> Path:
        return self.run_dir / "artifacts"

    @property
    def outbox(self) -> Path:
        return self.run_dir / "outbox"

    @property
    def cwd(self) -> Path:
        return self.repo or self.artifacts

    @property
    def enforcement(self) -> Enforcement:
        """What holds the DO to its consent, as it really is."""
        return self.confined.enforcement if self.confined else Enforcement()

    def launch(self, desk: Desk, claimed: Claimed, approved: Approved, engine: Engine, timeout: float) -> Launch:
        """The run in this place; `timeout` in seconds."""
        env = environment(
            os.environ,
            session=self.session.id,
            home=desk.places.home,
            run_id=claimed.run_id,
            artifacts=self.artifacts,
            outbox=self.outbox,
            repo=self.repo,
            do_path=self.do_path,
            consent=approved.consent,
            secret_env=self.policy.secret_env,
        )
        return Launch(
            run_id=claimed.run_id,
            approved=approved,
            data=claimed.data,
            do_file=claimed.do_file,
            engine=engine,
            run_dir=self.run_dir,
            cwd=self.cwd,
            env=env,
            timeout=timeout,
            confined=self.confined,
            scrub=desk.scrub,
        )


def made(
    desk: Desk, session: SessionPlaces, claimed: Claimed, approved: Approved, found: Found, target: Target
) -> Workplace:
    """Make the place for one run. Raises NotPossible when its writes cannot be a transaction, StorageFailed
    when the disk refuses; `leave` then takes away what was begun."""
    policy = desk.config.policy_of(session.id)
    run_dir = desk.places.runs / claimed.run_id
    copy = run_dir / COPY / claimed.do_file
    place = Workplace(session, run_dir, target.repo, copy, policy)
    for folder in (place.artifacts, place.outbox):
        make_folder(folder, 0o700)
    if desk.enforcer is None:
        return place
    # The DO finds itself where it was dropped, though all else of the home is hidden from it.
    repo = None if target.hidden_from(approved.consent) else target.repo
    place = replace(place, repo=repo, do_path=session.inbox / claimed.do_file)
    prepared = _prepared(place, approved, overlay=desk.enforcer.overlay)
    view = _view(desk.places, place, copy, approved, found, prepared)
    return replace(place, confined=desk.enforcer.confine(view))


def _prepared(place: Workplace, approved: Approved, *, overlay: bool) -> Prepared | None:
    if place.repo is None or not approved.consent.writes:
        return None
    from ..transaction import prepare  # only who writes

    return prepare(place.run_dir, place.repo, overlay=overlay)


def leave(desk: Desk, run_id: str) -> None:
    """Take away the place of a run that did not come to be."""
    run_dir = desk.places.runs / run_id
    if (run_dir / "transaction").exists():
        from ..transaction import drop

        drop(run_dir)
    shutil.rmtree(run_dir, ignore_errors=True)


def _view(
    places: Places, place: Workplace, copy: Path, approved: Approved, found: Found, prepared: Prepared | None
) -> View:
    from ..sandbox import View, programs

    consent, policy = approved.consent, place.policy
    return View(
        run_dir=place.run_dir,
        do_copy=copy,
        do_path=place.do_path,
        artifacts=place.artifacts,
        outbox=place.outbox,
        cwd=place.cwd,
        home_dir=Path.home(),
        repo=place.repo,
        repo_mode=_mode(place.repo, prepared),
        upper=prepared.upper if prepared else None,
        work=prepared.work if prepared else None,
        copy=prepared.copy if prepared else None,
        network=consent.network,
        secrets=consent.secrets,
        read=policy.read,
        secret_read=policy.secret_read,
        hidden=(places.home, places.state.parent, own_config_file().parent, config_file()),
        programs=programs(found.path),
    )


def _mode(repo: Path | None, prepared: Prepared | None) -> RepoMode:
    if prepared is None:
        return "read" if repo else "none"
    return "overlay" if prepared.kind == "overlay" else "copy"
