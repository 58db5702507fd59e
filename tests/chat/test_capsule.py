"""The capsule holds nothing secret, and a chat can tell by its version what it knows."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotemp.chat import capsule
from cotemp.chat.capsule import Version, build, check_bump, difference, fits, next_version
from cotemp.chat.subset import DEPTH, is_secret_key
from cotemp.errors import AnswerIsNo, BadUsage
from cotemp.redact import Scrubber
from tests.redact.samples import SECRETS

from .rendered import PROFILE

SCRUB = Scrubber({"MY_VALUE": "correct-horse-battery"}, b"k" * 32).scrub
SOURCE = "/home/me/Documents/CoProfile/coprofile.json"
ONE = Version(1, 0)

SECRET_KEYS = [
    "tokens", "secrets", "pat", "pats", "apiKeys", "auth", "credentials", "password", "Passwords", "API_KEY", "api-key",
    "Api Key", "apikey", "APIKEY", "github.token", "githubToken", "GitHubPAT", "GH_TOKEN", "client_secret",
    "ClientSecret", "private-key", "sshKey", "PassPhrase", "pwd", "PIN", "cookie", "Authorization", "connection_string",
    "access_key_2", "t\u200boken", "\uff54oken", "se\u00adcret", "totp", "recovery keys", "dbPassword1",
]  # fmt: skip
PLAIN_KEYS = [
    "author", "path", "pattern", "patience", "keyboard", "passing", "tokenizer", "compass", "authority", "style",
    "secretary", "keys_in_use", "spin", "pinned", "bypass", "default_tag", "monkey", "compat",
]  # fmt: skip


@pytest.mark.parametrize("key", SECRET_KEYS)
def test_these_keys_are_secret(key: str) -> None:
    """However a key is spelled, what lies below it is left out."""
    assert is_secret_key(key)


@pytest.mark.parametrize("key", PLAIN_KEYS)
def test_these_keys_are_not(key: str) -> None:
    """Words that only look alike are kept: a rule about authors is a rule."""
    assert not is_secret_key(key)


def nested(value: Any, depth: int) -> Any:
    """`value` so many levels deep, in objects and lists by turns."""
    for level in range(depth):
        value = {"inner": value, "kept": level} if level % 2 else [value, "kept"]
    return value


@given(
    st.integers(0, DEPTH + 5),
    st.sampled_from(SECRET_KEYS),
    st.sampled_from(("bpoe", "rules", "prompts", "preferences")),
)
def test_secret_keys_go_at_every_depth(depth: int, key: str, part: str) -> None:
    """A secret five levels deep, or thirty, is not in the capsule, and it is told that it was left out."""
    built = build({part: nested({key: "hunter2-of-mine", "plain": "stays"}, depth)}, SOURCE, ONE, SCRUB)
    assert "hunter2" not in json.dumps(built.data)
    assert ("stays" in json.dumps(built.data)) == (depth < DEPTH)
    assert [dropped for dropped in built.dropped if dropped.pointer.startswith(f"/{part}")]


@pytest.mark.parametrize(("kind", "text", "secret"), SECRETS, ids=lambda value: None)
def test_secret_values_go_wherever_they_stand(kind: str, text: str, secret: str) -> None:
    """A value that looks like a secret is left out under the most harmless of keys, and as a key."""
    leak = text.replace("{}", secret)
    profile = {"rules": nested({"hint": leak, "hints": ["a", leak], leak: "x"}, 5), "prompts": leak}
    built = build(profile, SOURCE, ONE, SCRUB)
    assert secret not in json.dumps(built.data, ensure_ascii=False)
    assert not [dropped for dropped in built.dropped if secret in str(dropped)]


@pytest.mark.parametrize(
    "value",
    [
        {"name": "GH_TOKEN", "value": "hunter2"},
        {"key": "password", "value": ["hunter2"]},
        {"note": "correct-horse-battery"},
        {"note": "correct-\u200bhorse-battery"},
        {"note": "https://me:hunter2hunter2@host.example/x"},
    ],
)
def test_secrets_in_disguise_go(value: Any) -> None:
    """A name beside its value, a known value, one with something hidden in it, a password in an address."""
    text = json.dumps(build({"bpoe": nested(value, 4)}, SOURCE, ONE, SCRUB).data, ensure_ascii=False)
    assert "hunter2" not in text
    assert "battery" not in text


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("C:\\Users\\me\\src", "~\\src"),
        ("c:/Users/me/src", "~/src"),
        ("see /home/me/src and /Users/me/x", "see ~/src and ~/x"),
        ("/mnt/c/Users/me/src", "~/src"),
        ("/opt/tool", "/opt/tool"),
        ("$HOME/src", "$HOME/src"),
    ],
)
def test_no_path_names_the_user(path: str, kept: str) -> None:
    """Whose machine it is, is nobody's business; of the profile only the file's name is told."""
    built = build({"rules": [path]}, SOURCE, ONE, SCRUB)
    assert built.data["rules"] == [kept]
    assert built.data["source_path"] == "coprofile.json"
    windows = build({}, "C:\\Users\\me\\coprofile.json", ONE, SCRUB)
    assert windows.data["source_path"] == "coprofile.json"


@pytest.mark.parametrize(
    ("home", "text", "kept"),
    [
        ("/root", "in /root/src, not in /srv/root or /rooted", "in ~/src, not in /srv/root or /rooted"),
        ("/data/people/me", "/data/people/me and //data//people//me/x", "~ and ~/x"),
        ("D:\\me", "d:/me/src and D:\\\\me\\x", "~/src and ~\\x"),
        ("/", "/srv/x", "/srv/x"),
        ("C:\\", "C:\\src", "C:\\src"),
    ],
)
def test_the_users_folder_is_not_named_wherever_it_lies(home: str, text: str, kept: str) -> None:
    """A home that is not below /home or Users names its user as well, in keys too."""
    built = build({"rules": [text], "bpoe": {text: 1}}, SOURCE, ONE, SCRUB, home)
    assert built.data["rules"] == [kept]
    assert built.data["bpoe"] == ({text: 1} if kept == text else {})


def test_the_keys_are_the_originals() -> None:
    """Its keys, in its order, with its defaults, and the version after the type."""
    data = build({}, SOURCE, ONE, SCRUB).data
    assert [*data] == [
        "type", "version", "source_path", "default_tag", "default_session", "bpoe", "rules", "prompts", "preferences",
        "note",
    ]  # fmt: skip
    assert (data["default_tag"], data["default_session"]) == ("gmig", "co-migrate")
    both = build({"defaultTag": "a", "bpoe": {"default_tag": "b", "default_session": "co-x"}}, SOURCE, ONE, SCRUB).data
    assert (both["default_tag"], both["default_session"]) == ("a", "co-x")


def test_what_is_left_out_is_told() -> None:
    """The user sees by its pointer what a chat is not told, and never its value."""
    dropped = build(PROFILE, SOURCE, ONE, SCRUB).dropped
    assert {one.pointer for one in dropped} == {"/tokens", "/user", "/profile_version"}


# --- versions ---

OLD: dict[str, Any] = {"version": "1.2.3", "rules": {"a": 1, "b/c": [1, 2]}, "source_path": "x.json"}


@pytest.mark.parametrize(
    ("change", "least"),
    [
        ({}, "1.2.3"),
        ({"version": "9.9.9"}, "1.2.3"),
        ({"rules": {"a": 1, "b/c": [1, 2], "d": 0}}, "1.3.0"),
        ({"rules": {"a": 2, "b/c": [1, 2]}}, "1.3.0"),
        ({"rules": {"a": 1, "b/c": [2, 1]}}, "1.3.0"),
        ({"rules": {"a": True, "b/c": [1, 2]}}, "1.3.0"),
        ({"prompts": None}, "1.3.0"),
        ({"rules": {"a": 1}}, "2.0.0"),
        ({"source_path": "y.json"}, "1.2.4"),
    ],
)
def test_the_next_version(change: dict[str, Any], least: str) -> None:
    """Gone: major. New or changed: minor, for that is what a chat echoes. Only where it came from: patch."""
    assert str(next_version(OLD, OLD | change)) == least


@pytest.mark.parametrize(
    ("change", "version", "why"),
    [
        ({"rules": {}}, "1.2.3", "echo the same 'Policy v1.2 loaded.'"),
        ({"rules": {}}, "1.2.9", "echo the same 'Policy v1.2 loaded.'"),
        ({"source_path": "y.json"}, "1.2.3", "its version 1.2.3 did not"),
        ({}, "1.2.2", "is older than 1.2.3"),
        ({"rules": {}}, "1.1.9", "is older than 1.2.3"),
    ],
)
def test_a_version_that_hides_a_change_is_refused(change: dict[str, Any], version: str, why: str) -> None:
    """No two capsules that say different things have the same echo, and no version goes back."""
    with pytest.raises(AnswerIsNo, match=why) as caught:
        check_bump(OLD, OLD | change | {"version": version})
    assert "give it" in caught.value.fix


@pytest.mark.parametrize(
    ("change", "version"),
    [({}, "1.2.3"), ({}, "3.0.0"), ({"rules": {}}, "1.3.0"), ({"rules": {}}, "2.0.0"), ({"source_path": "y"}, "1.2.4")],
)
def test_a_version_that_tells_is_taken(change: dict[str, Any], version: str) -> None:
    """The least version is what is recommended; whatever is later, and tells the change, will do."""
    check_bump(OLD, OLD | change | {"version": version})


def test_the_difference_is_shown_by_pointers() -> None:
    """Each change has its place, and what it was and is; slashes in keys are escaped."""
    new = {"version": "2.0.0", "rules": {"b/c": [1], "d": "x"}, "source_path": "x.json"}
    assert [str(change) for change in difference(OLD, new)] == [
        "- /rules/a: 1",
        "~ /rules/b~1c: [1, 2] -> [1]",
        '+ /rules/d: "x"',
    ]


@pytest.mark.parametrize("text", ["", "1", "1.x", "01.2", "1.2.3.4", "1.2-beta", "\u0661.2", "v", "1.2\n", "9999999.1"])
def test_what_is_no_version(text: str) -> None:
    """A version is two or three numbers."""
    with pytest.raises(BadUsage, match="is no version"):
        Version.of(text)


def test_an_echo_fits_its_version() -> None:
    """`v1.2` stands for every 1.2; whoever names the third number means it."""
    assert capsule.echo(Version(1, 2, 9)) == "Policy v1.2 loaded."
    assert fits(Version.of("v1.2"), Version(1, 2, 9))
    assert not fits(Version.of("1.2.0"), Version(1, 2, 9), patch=True)
    assert not fits(Version.of("1.3"), Version(1, 2, 9))
