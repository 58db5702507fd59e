"""Values that are known to be secret, in every form that they take."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from cotemp.redact import Scrubber, looks_secret, secrets_in
from cotemp.redact.stored import secrets_in_files

from .samples import alnum, private_key

KEY = b"k" * 32
MARK = re.compile(rb"\[secret:MY_TOKEN:[0-9a-v]{4}\]")

values = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=8, max_size=40).filter(
    lambda value: len(set(value)) > 2
)
around = st.binary(max_size=12).filter(lambda data: b"\n" not in data and b"\x1b" not in data and b"\xc2" not in data)

FORMS: dict[str, Callable[[str], bytes]] = {
    "plain": lambda value: value.encode(),
    "url": lambda value: quote(value, safe="").encode(),
    "url, slashes stay": lambda value: quote(value).encode(),
    "url, lower-case codes": lambda value: re.sub("%..", lambda code: code[0].lower(), quote(value, safe="")).encode(),
    "form": lambda value: quote_plus(value).encode(),
    "json": lambda value: json.dumps(value)[1:-1].encode(),
    "json, not ascii": lambda value: json.dumps(value, ensure_ascii=False)[1:-1].encode(),
    "json in json": lambda value: json.dumps(json.dumps(value)[1:-1])[1:-1].encode(),
    "hex": lambda value: value.encode().hex().encode(),
    "HEX": lambda value: value.encode().hex().upper().encode(),
    "utf-16": lambda value: value.encode("utf-16-le").rstrip(b"\0"),
}


SECRET_NAMES = """
GH_TOKEN GITHUB_TOKEN NPM_TOKEN AWS_SECRET_ACCESS_KEY DB_PASSWORD PGPASSWORD MYSQL_PWD SSHPASS API_KEY
OPENAI_API_KEY APIKEY STRIPE_SECRET_KEY CLIENT_SECRET SENTRY_DSN SESSION_COOKIE BASIC_AUTH DOCKER_AUTH_CONFIG
VAULT_SECRET_ID npm_config__authToken clientSecret --api-key -Password AZURE_STORAGE_CONNECTION_STRING
PRIVATE_KEY GPG_PASSPHRASE CREDENTIALS DJANGO_SECRET_KEY SESSION_KEY COTEMP_TOKEN access_token
"""
HARMLESS_NAMES = """
PATH HOME PWD OLDPWD SSH_AUTH_SOCK XDG_SESSION_ID XDG_SESSION_TYPE COSESSION_ID TERM_SESSION_ID WT_SESSION
DESKTOP_SESSION XAUTHORITY GIT_AUTHOR_NAME GIT_ASKPASS SSH_ASKPASS DBUS_SESSION_BUS_ADDRESS KEYTIMEOUT
TOKENIZERS_PARALLELISM MAX_TOKENS TOKEN_COUNT TOKEN_URL AWS_ACCESS_KEY_ID RESTIC_PASSWORD_FILE
GOOGLE_AUTH_PROVIDER COMPASS_DIR AUTHOR MONKEY KEYBOARD PUBLIC_KEY SSH_AUTH_METHOD CREDENTIAL_HELPER
PASSWORD_POLICY COTEMP_HOME
"""


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=50)
@given(value=values, before=around, after=around, cut=st.integers(0, 200))
@example(value="p&ss w/ö\"rd'\\", before=b"", after=b"", cut=4)
def test_known_value_never_survives(form: str, value: str, before: bytes, after: bytes, cut: int) -> None:
    """However a known value is written, wherever it stands, whatever chunks it comes in: it is gone."""
    planted = FORMS[form](value)
    assume(b"\n" not in planted)  # only in UTF-16: half of a character
    data = before + planted + after
    scrubber = Scrubber({"MY_TOKEN": value}, KEY)
    clean = scrubber.feed(data[:cut]) + scrubber.feed(data[cut:]) + scrubber.finish()
    assert all(planted not in part for part in MARK.split(clean))
    assert scrubber.counts["MY_TOKEN"] >= 1


@pytest.mark.parametrize("shift", [0, 1, 2])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@settings(max_examples=30)
@given(value=values, after=st.binary(max_size=5))
def test_known_value_is_found_in_base64(
    shift: int, encoding: str, encode: Callable[[bytes], bytes], value: str, after: bytes
) -> None:
    """In base64, what stands before the value shifts all its characters: each shift is found."""
    secret = value.encode(encoding)
    data = b"blob " + encode(b"\xa5" * (3 + shift) + secret + after) + b" end"
    scrubber = Scrubber({"MY_TOKEN": value}, KEY)
    left = MARK.sub(b"", scrubber.scrub_bytes(data))
    assert scrubber.counts == {"MY_TOKEN": 1}
    assert len(left) <= len(b"blob  end") + 4 + len(encode(after)) + 4


def test_every_form_has_the_same_mark() -> None:
    """A reader sees that it is one and the same secret; another machine's key gives another mark."""
    value = alnum(24)
    text = " ".join([value, value.encode().hex(), base64.b64encode(value.encode()).decode(), f"password={value}"])
    marks = set(re.findall(r"\[secret:[^]]*\]", Scrubber({"MY_TOKEN": value}, KEY).scrub(text)))
    assert len(marks) == 1
    other = Scrubber({"MY_TOKEN": value}, b"another").scrub(value)
    assert other not in marks
    assert other.startswith("[secret:MY_TOKEN:")


def test_known_value_gives_its_name_to_what_it_is_part_of() -> None:
    """Where a detector sees more than the value, all of it goes, under the better name."""
    value = alnum(20)
    clean = Scrubber({"DB_PASS": value}, KEY).scrub(f"postgres://app:{value}x@db/app")
    assert re.fullmatch(r"postgres://app:\[secret:DB_PASS:....\]@db/app", clean)


def test_lines_of_a_known_value_are_found_each() -> None:
    """A known key of many lines is found though a program prints it with other line ends, or only a part of it."""
    key = private_key()
    lines = key.split("\n")[1:5]
    scrubber = Scrubber({"DEPLOY_KEY": key}, KEY)
    clean = scrubber.scrub("\r\n".join(f"| {line} |" for line in lines))
    assert not any(line in clean for line in lines)
    assert scrubber.counts == {"DEPLOY_KEY": 4}


def test_known_value_that_is_a_word_of_our_marks() -> None:
    """Who has the password "password" does not see it, and the marks stay whole."""
    scrubber = Scrubber({"DB_PASSWORD": "password"}, KEY)
    clean = scrubber.scrub("login with password; password=hunter2")
    assert re.fullmatch(
        r"login with \[secret:DB_PASSWORD:....\]; \[secret:DB_PASSWORD:....\]=\[secret:password:....\]", clean
    )
    assert scrubber.scrub(clean) == clean


def test_huge_known_value_is_found() -> None:
    """A value of any length is found in every form."""
    value = alnum(30_000)
    for data in (value.encode(), value.encode().hex().encode(), base64.b64encode(b"x" + value.encode())):
        left = re.sub(rb"\[secret:BIG_SECRET:....\]", b"", Scrubber({"BIG_SECRET": value}, KEY).scrub_bytes(data))
        assert len(left) < 20


@pytest.mark.parametrize("value", ["short", "********", "abababab", ""])
def test_what_is_no_secret_is_not_looked_for(value: str) -> None:
    """Short words and masks would be found everywhere."""
    text = f"the password is short ******** abababab {value}."
    assert Scrubber({"A_SECRET": value}, KEY).scrub(text) == text


@pytest.mark.parametrize("name", SECRET_NAMES.split())
def test_secret_looking_name(name: str) -> None:
    """Variables, keys and flags of such names hold secrets."""
    assert looks_secret(name)


@pytest.mark.parametrize("name", HARMLESS_NAMES.split())
def test_harmless_name(name: str) -> None:
    """Variables of such names are shown."""
    assert not looks_secret(name)


def test_secrets_of_an_environment() -> None:
    """What is taken from an environment: secret values, named ones, passwords in URLs; no paths, numbers, settings."""
    value = alnum(20)
    env = {
        "GH_TOKEN": value,
        "SSH_AUTH_SOCK": "/tmp/ssh-abcdefgh/agent.1",
        "GOOGLE_APPLICATION_CREDENTIALS": "/home/me/key.json",
        "TOKEN_LIFETIME_TOKEN": "1234567890",
        "PROXY_AUTH": "required",
        "DB_PASSWORD": "short",
        "DATABASE_URL": f"postgres://app:{value}2@db/app",
        "HARMLESS": "some value",
        "NAMED": "some other value",
    }
    assert secrets_in(env, ["NAMED"]) == {"GH_TOKEN": value, "DATABASE_URL": f"{value}2", "NAMED": "some other value"}


def test_values_in_files_of_secrets_are_known(tmp_path: Path) -> None:
    """What the policy lets a run read is kept out of logs: settings named as secrets, and token files."""
    folder = tmp_path / "gh"
    folder.mkdir()
    (folder / "hosts.yml").write_text(f"github.com:\n    user: bob-the-user\n    oauth_token: {alnum(20)}\n")
    (folder / "credentials").write_text(f"[default]\naws_secret_access_key = {alnum(40)}\nregion = eu-central-1\n")
    (folder / "image").write_bytes(b"\xff\xfe\0\1")
    (tmp_path / "token").write_text(alnum(30) + "\n")
    found = secrets_in_files([folder, tmp_path / "token", tmp_path / "none"])
    assert found == {
        "hosts.yml.oauth_token": alnum(20),
        "credentials.aws_secret_access_key": alnum(40),
        "token": alnum(30),
    }
