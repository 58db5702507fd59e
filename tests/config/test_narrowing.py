"""A policy can be narrowed, and by nothing widened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotemp.config import Narrowing, narrow
from cotemp.config.narrowing import filled, widened
from cotemp.messages.policy import Enforcing, Policy, Rule, Unenforced

SRC, DESK = Path("/home/me/src"), Path("/home/me/Desktop")
POLICY = Policy(
    network=Rule.ASK,
    repos=(SRC, DESK),
    read=(SRC,),
    secret_env=("GH_TOKEN", "NPM_TOKEN"),
    secret_read=(Path("/home/me/.config/gh"),),
    timeout=600,
    timeout_max=3600,
)


@pytest.mark.parametrize(
    ("key", "said", "left"),
    [
        ("writes", Rule.NEVER, Rule.NEVER),
        ("writes", Rule.ASK, Rule.ASK),
        ("network", Rule.ALLOW, Rule.ASK),
        ("network", Rule.NEVER, Rule.NEVER),
        ("secrets", Rule.ALLOW, Rule.ASK),
        ("unenforced", Unenforced.RUN, Unenforced.HOLD),
        ("unenforced", Unenforced.REFUSE, Unenforced.REFUSE),
        ("enforcer", Enforcing.NONE, Enforcing.AUTO),
        ("timeout", 60.0, 60.0),
        ("timeout", 6000.0, 600.0),
        ("timeout_max", 36000.0, 3600.0),
        ("repos", (), ()),
        ("repos", (SRC / "app",), (SRC / "app",)),
        ("repos", (Path("/"),), (SRC, DESK)),
        ("repos", (Path("/etc"), DESK), (DESK,)),
        ("repos", (Path("/home/me/src2"),), ()),
        ("read", (Path("/home/me"),), (SRC,)),
        ("secret_env", ("NPM_TOKEN", "AWS_KEY"), ("NPM_TOKEN",)),
        ("secret_read", (Path("/home/me/.ssh"),), ()),
    ],
)
def test_narrow(key: str, said: Any, left: Any) -> None:
    """What is left is what both allow."""
    assert getattr(narrow(POLICY, Narrowing(**{key: said})), key) == left


def test_silence_takes_nothing_away() -> None:
    """A narrowing that says nothing changes nothing."""
    assert narrow(POLICY, Narrowing()) == POLICY


def test_a_sandbox_that_the_owner_switched_off_may_be_wanted_back() -> None:
    """A session may ask for the sandbox where the owner goes without."""
    off = filled(Policy(), Narrowing(enforcer=Enforcing.NONE))
    assert off.enforcer is Enforcing.NONE
    assert narrow(off, Narrowing(enforcer=Enforcing.AUTO)).enforcer is Enforcing.AUTO


def test_a_lower_maximum_lowers_the_timeout() -> None:
    """No timeout stays above the maximum."""
    assert narrow(POLICY, Narrowing(timeout_max=60)).timeout == 60


def test_filling_may_widen() -> None:
    """The owner's own table is taken as it is."""
    policy = filled(Policy(), Narrowing(secrets=Rule.ALLOW, repos=(SRC,), timeout_max=99999))
    assert (policy.secrets, policy.repos, policy.timeout_max) == (Rule.ALLOW, (SRC,), 99999)


def test_widened_names_the_keys() -> None:
    """Who asks for more than there is, is told where."""
    asked = Narrowing(writes=Rule.NEVER, network=Rule.ALLOW, repos=(SRC, Path("/etc")), timeout=600.0)
    assert widened(POLICY, asked) == ["network", "repos"]


ROOTS = st.lists(st.sampled_from([Path("/"), Path("/a"), Path("/a/b"), Path("/a/c"), Path("/d")]), max_size=3)
POLICIES = st.builds(
    Narrowing,
    writes=st.none() | st.sampled_from(Rule),
    unenforced=st.none() | st.sampled_from(Unenforced),
    enforcer=st.none() | st.sampled_from(Enforcing),
    repos=st.none() | ROOTS.map(tuple),
    secret_env=st.none() | st.lists(st.sampled_from("ABC"), unique=True).map(tuple),
    timeout=st.none() | st.floats(1, 99999),
    timeout_max=st.none() | st.floats(1, 99999),
)


@given(owner=POLICIES, first=POLICIES, second=POLICIES)
def test_no_way_back(owner: Narrowing, first: Narrowing, second: Narrowing) -> None:
    """However often a policy is narrowed, it never allows more than before."""
    before = narrow(filled(Policy(), owner), first)
    after = narrow(before, second)
    assert list(Rule).index(after.writes) >= list(Rule).index(before.writes)
    assert list(Unenforced).index(after.unenforced) >= list(Unenforced).index(before.unenforced)
    assert list(Enforcing).index(after.enforcer) >= list(Enforcing).index(before.enforcer)
    assert after.timeout <= before.timeout
    assert after.timeout_max <= before.timeout_max
    assert set(after.secret_env) <= set(before.secret_env)
    assert all(any(root in (path, *path.parents) for root in before.repos) for path in after.repos)
    assert narrow(after, second) == after
