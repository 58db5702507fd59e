"""What a DO may do: the table of cases."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cotemp.consent import Approved, Held, Refused, Situation, decide
from cotemp.messages.do import FLAGS, Do, Flags, Repo
from cotemp.messages.grant import Approval, Grant
from cotemp.messages.policy import OldPolicy, Policy, Rule, Unenforced

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SOON, EARLIER = NOW + timedelta(hours=1), NOW - timedelta(seconds=1)
APP, OTHER = Path("/home/me/src/app"), Path("/home/me/other")
DIGEST = "d" * 64
OLD = "its chat echoed policy v1.0, and it is v1.2.0 now"
ALLOW, ASK, NEVER = Rule.ALLOW, Rule.ASK, Rule.NEVER


def asking(*flags: str) -> Do:
    """A DO whose header asks for these."""
    return Do("T", Repo("app", str(APP)), Flags(), Flags(**dict.fromkeys(flags, True)), DIGEST)


def policy(**values: Any) -> Policy:
    """The shipped policy of an owner who lets DOs write below ~/src, but for these values."""
    plain: dict[str, Any] = {"repos": (Path("/home/me/src"),)}
    return Policy(**plain | values)


def now(**values: Any) -> Situation:
    """A DO of co-migrate about the app, in a sandbox that works, but for these values."""
    plain: dict[str, Any] = {"session": "co-migrate", "now": NOW, "enforced": True, "repo": APP}
    return Situation(**plain | values)


def grant(*flags: str, **values: Any) -> Grant:
    """A grant of these flags for the session, for an hour, but for these values."""
    plain: dict[str, Any] = {
        "id": "g1", "repo": None, "session": "co-migrate", "consent": Flags(**dict.fromkeys(flags, True)),
        "unenforced": False, "by": "me", "at": EARLIER, "until": SOON,
    }  # fmt: skip
    return Grant(**plain | values)


def approval(*flags: str, **values: Any) -> Approval:
    """A human's yes to the DO with these flags, but for these values."""
    plain: dict[str, Any] = {
        "id": "a1", "run_id": "r", "sha256": DIGEST, "consent": Flags(**dict.fromkeys(flags, True)), "by": "me",
        "at": EARLIER, "until": SOON,
    }  # fmt: skip
    return Approval(**plain | values)


RUNS = [
    ("nothing asked", asking(), policy(), (), now(), "it asks for nothing"),
    ("nothing asked, everything asks", asking(), policy(writes=ASK, network=ASK), (), now(), "it asks for nothing"),
    ("the header decides", asking("writes"), policy(), (), now(), "policy.writes=allow"),
    (
        "both", asking("writes", "network"), policy(), (), now(), "policy.writes=allow, policy.network=allow",
    ),
    ("writes without a repo", asking("writes"), policy(repos=()), (), now(repo=None), "policy.writes=allow"),
    ("a grant for ask", asking("network"), policy(network=ASK), (grant("network"),), now(), "grant g1"),
    (
        "a grant by another spelling of the session", asking("network"), policy(network=ASK),
        (grant("network", session="Co-Migrate"),), now(), "grant g1",
    ),
    ("a standing grant", asking("secrets"), policy(), (grant("secrets", until=None),), now(), "grant g1"),
    (
        "a repo that a grant names", asking("writes"), policy(repos=()),
        (grant("writes", session=None, repo=APP.parent),), now(), "policy.writes=allow",
    ),
    (
        "two grants together", asking("network", "secrets"), policy(network=ASK),
        (grant("network"), grant("secrets", id="g2")), now(), "grant g1, grant g2",
    ),
    (
        "unenforced by policy", asking(), policy(unenforced=Unenforced.RUN), (), now(enforced=False),
        "policy.unenforced=run",
    ),
    ("unenforced by a grant", asking(), policy(), (grant(unenforced=True),), now(enforced=False), "grant g1"),
    ("below its parent", asking("network"), policy(), (), now(ceiling=Flags(network=True)), "policy.network=allow"),
    ("approved", asking("secrets"), policy(), (), now(approval=approval("secrets")), "approval a1"),
    ("approved for more", asking("secrets"), policy(), (), now(approval=approval("secrets", "writes")), "approval a1"),
    (
        "approved above its parent", asking("network"), policy(), (),
        now(ceiling=Flags(), approval=approval("network")), "approval a1",
    ),
    (
        "approved without enforcer", asking(), policy(), (),
        now(enforced=False, approval=approval(enforced=False)), "approval a1",
    ),
    (
        "approved without enforcer, and now there is one", asking("secrets"), policy(), (),
        now(approval=approval("secrets", enforced=False)), "approval a1",
    ),
    ("on old policy, and nobody minds", asking(), policy(), (), now(outdated=OLD), "it asks for nothing"),
    ("on the policy of now", asking(), policy(old_policy=OldPolicy.HOLD), (), now(), "it asks for nothing"),
    (
        "on old policy, and approved", asking(), policy(old_policy=OldPolicy.HOLD), (),
        now(outdated=OLD, approval=approval()), "approval a1",
    ),
    ("approved, but nobody had to", asking(), policy(), (), now(approval=approval()), "it asks for nothing"),
]  # fmt: skip

HELD = [
    ("secrets ask", asking("secrets"), policy(), (), now(), "policy.secrets=ask"),
    ("destructive asks", asking("destructive"), policy(), (), now(), "policy.destructive=ask"),
    ("not below policy.repos", asking("writes"), policy(), (), now(repo=OTHER), "policy.repos"),
    ("a name that only begins alike", asking("writes"), policy(), (), now(repo=Path("/home/me/src2")), "policy.repos"),
    (
        "a grant for a neighbour", asking("writes"), policy(repos=()), (grant("writes", repo=OTHER),), now(),
        "policy.repos",
    ),
    (
        "a grant that only reads there", asking("writes"), policy(repos=()), (grant("network", repo=APP),), now(),
        "policy.repos",
    ),
    (
        "a grant of a session names no repo", asking("writes"), policy(repos=()), (grant("writes"),), now(),
        "policy.repos",
    ),
    ("another flag granted", asking("secrets"), policy(), (grant("network"),), now(), "policy.secrets=ask"),
    ("another session", asking("secrets"), policy(), (grant("secrets", session="co-x"),), now(), "policy.secrets=ask"),
    ("expired", asking("secrets"), policy(), (grant("secrets", until=NOW),), now(), "policy.secrets=ask"),
    (
        "a grant for a repo, and no repo", asking("secrets"), policy(), (grant("secrets", repo=APP),), now(repo=None),
        "policy.secrets=ask",
    ),
    ("nothing enforces", asking(), policy(), (), now(enforced=False), "policy.unenforced=hold"),
    ("on old policy", asking(), policy(old_policy=OldPolicy.HOLD), (), now(outdated=OLD), "policy.old_policy=hold"),
    ("above its parent", asking("network"), policy(), (), now(ceiling=Flags(writes=True)), "parent"),
    (
        "above its parent, in spite of a grant", asking("network"), policy(), (grant("network"),),
        now(ceiling=Flags()), "parent",
    ),
    (
        "approved with other bytes", asking("secrets"), policy(), (),
        now(approval=approval("secrets", sha256="e" * 64)), "policy.secrets=ask",
    ),
    ("approved for less", asking("secrets"), policy(), (), now(approval=approval("writes")), "policy.secrets=ask"),
    (
        "approved too long ago", asking("secrets"), policy(), (), now(approval=approval("secrets", until=NOW)),
        "policy.secrets=ask",
    ),
    (
        "approved for a sandbox that is gone", asking(), policy(), (), now(enforced=False, approval=approval()),
        "policy.unenforced=hold",
    ),
]  # fmt: skip

REFUSED = [
    ("never", asking("network"), policy(network=NEVER), (), now(), "policy.network=never"),
    (
        "never, granted and approved", asking("network"), policy(network=NEVER), (grant("network"),),
        now(approval=approval("network")), "policy.network=never",
    ),
    ("a repo that nobody may write", asking("writes"), policy(), (), now(forbidden="it is your home folder"), "repo"),
    (
        "the same, approved", asking("writes"), policy(), (),
        now(forbidden="it is your home folder", approval=approval("writes")), "repo",
    ),
    (
        "nothing enforces", asking(), policy(unenforced=Unenforced.REFUSE), (grant(unenforced=True),),
        now(enforced=False), "policy.unenforced=refuse",
    ),
]  # fmt: skip


def named(case: object) -> str | None:
    return case if isinstance(case, str) else ""


@pytest.mark.parametrize(("name", "do", "rules", "grants", "situation", "rule"), RUNS, ids=named)
def test_it_runs(name: str, do: Do, rules: Policy, grants: tuple[Grant, ...], situation: Situation, rule: str) -> None:
    """What the policy, a grant or a human allows runs with exactly what it asked for, and the rule is named."""
    decision = decide(do, rules, grants, situation)
    assert isinstance(decision, Approved), decision
    assert (decision.rule, decision.consent, decision.do) == (rule, do.consent, do)
    assert (decision.approval, decision.by) == (("a1", "me") if rule == "approval a1" else (None, None))


@pytest.mark.parametrize(("name", "do", "rules", "grants", "situation", "rule"), HELD, ids=named)
def test_it_waits(name: str, do: Do, rules: Policy, grants: tuple[Grant, ...], situation: Situation, rule: str) -> None:
    """What nobody allowed yet waits for a human, who is told why."""
    decision = decide(do, rules, grants, situation)
    assert isinstance(decision, Held), decision
    assert decision.rule == rule
    assert decision.reasons
    assert all(decision.reasons)


@pytest.mark.parametrize(("name", "do", "rules", "grants", "situation", "rule"), REFUSED, ids=named)
def test_it_is_refused(
    name: str, do: Do, rules: Policy, grants: tuple[Grant, ...], situation: Situation, rule: str
) -> None:
    """What the owner never allows does not run, whoever approves it."""
    decision = decide(do, rules, grants, situation)
    assert isinstance(decision, Refused), decision
    assert decision.rule == rule
    assert decision.reason


def test_every_doubt_is_told_at_once() -> None:
    """Who approves sees all reasons, not the first one only."""
    decision = decide(asking("writes", "secrets"), policy(), (), now(repo=OTHER, enforced=False, ceiling=Flags()))
    assert isinstance(decision, Held)
    assert len(decision.reasons) == 4


@pytest.mark.parametrize("flag", FLAGS)
@pytest.mark.parametrize("rule", list(Rule))
def test_a_narrower_rule_never_lets_more_through(flag: str, rule: Rule) -> None:
    """Each rule on each flag, with every combination of flags asked for: never a wider answer for a narrower rule."""
    order = [Approved, Held, Refused]
    for bits in itertools.product((False, True), repeat=len(FLAGS)):
        do = replace(asking(), consent=Flags(*bits))
        answers = [order.index(type(decide(do, policy(**{flag: one}), (), now()))) for one in Rule]
        assert answers == sorted(answers)
        asked = getattr(do.consent, flag)
        if asked:
            least = {ALLOW: 0, ASK: 1, NEVER: 2}[rule]
            assert answers[list(Rule).index(rule)] >= least


def test_nobody_else_makes_an_approved() -> None:
    """Whoever holds an Approved knows that the question was asked."""
    with pytest.raises(TypeError):
        Approved(asking(), Flags(), "because I say so")
