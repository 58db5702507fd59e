"""Which home is meant, and which configs are believed."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from cotemp.config import find_home, in_force, is_trusted, trust
from cotemp.errors import BadConfig, DamagedData, NotFound
from cotemp.messages.policy import Rule
from cotemp.places import Places, own_config_file
from tests.portable import is_private


def own_config(text: str) -> Path:
    """Write this machine's own config."""
    file = own_config_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())
    return file


def test_precedence(nobody_home: Path) -> None:
    """Flag before variable before config before an existing classic home before the platform's."""
    config = own_config("home = '~/from-config'")
    env = {"COTEMP_HOME": "~/from-env"}
    assert find_home("~/from-flag", env, config) == nobody_home / "from-flag"
    assert find_home(None, env, config) == nobody_home / "from-env"
    assert find_home(None, {}, config) == nobody_home / "from-config"
    assert find_home(None, {"COTEMP_HOME": ""}, config) == nobody_home / "from-config"
    assert find_home(None, {}, Path("none")) == nobody_home / "Downloads/CoTemp"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX only: names the downloads folder in user-dirs.dirs")
def test_localised_downloads(nobody_home: Path) -> None:
    """The platform's downloads folder is used, unless a home of the original exists."""
    (nobody_home / ".config").mkdir()
    (nobody_home / ".config/user-dirs.dirs").write_text('XDG_DOWNLOAD_DIR="$HOME/Téléchargements"\n')
    assert find_home(None, {}, Path("none")) == nobody_home / "Téléchargements/CoTemp"
    (nobody_home / "Downloads/CoTemp").mkdir(parents=True)
    assert find_home(None, {}, Path("none")) == nobody_home / "Downloads/CoTemp"


@pytest.mark.parametrize(
    ("text", "home"),
    [
        ("home = 'here'", "here"),
        ("\ufeffhome='here'", "here"),
        ("'home' = 'here'\r\n", "here"),
        ("[engines]\nhome = 'x'", None),
        ("# home = 'x'", None),
        ("a = '''\nhome = 'x'\n'''", None),
        ("", None),
    ],
)
def test_home_key(nobody_home: Path, text: str, home: str | None) -> None:
    """Only the top-level key counts; a relative home starts at the config's folder."""
    config = own_config(text)
    expected = config.parent / home if home else nobody_home / "Downloads/CoTemp"
    assert find_home(None, {}, config) == expected


@pytest.mark.parametrize("text", ["home = 5", "home = ''", "home = '~no-such-user-here/x'", "home = '", "home = [1]"])
def test_bad_home_key(text: str) -> None:
    """A home that cannot be meant is said, not passed over."""
    with pytest.raises(BadConfig):
        find_home(None, {}, own_config(text))


def test_strangers_name_no_home(tmp_path: Path) -> None:
    """A config from elsewhere moves nobody to another home before it is trusted."""
    stranger = tmp_path / "agents.toml"
    stranger.write_text(f"home = '{tmp_path / 'theirs'}'")
    with pytest.raises(BadConfig, match="cotemp trust"):
        find_home(None, {}, stranger)
    trust(Places.at(tmp_path / "theirs"), stranger)
    assert find_home(None, {}, stranger) == tmp_path / "theirs"


def test_a_stranger_counts_only_after_trust(places: Places, tmp_path: Path) -> None:
    """A config from elsewhere is refused until it is trusted, and again when a byte of it changes."""
    stranger = tmp_path / "agents.toml"
    stranger.write_text("[sessions.x]\nwatch = true\n")
    with pytest.raises(BadConfig, match=re.escape(f"cotemp trust {stranger}")):
        in_force(places, stranger)
    trust(places, stranger)
    assert is_trusted(places, stranger)
    assert in_force(places, stranger).watched() == ["x"]
    stranger.write_text("[sessions.x]\nwatch = true\n#")
    assert not is_trusted(places, stranger)
    with pytest.raises(BadConfig):
        in_force(places, stranger)


def test_a_trusted_stranger_only_narrows(places: Places, tmp_path: Path) -> None:
    """Even a trusted config takes rights away only; this machine's own is taken as it is."""
    own = own_config("[policy]\nwrites = 'ask'\nsecrets = 'allow'\n")
    stranger = tmp_path / "agents.toml"
    stranger.write_text("[policy]\nwrites = 'allow'\nnetwork = 'never'\n")
    trust(places, stranger)
    policy = in_force(places, stranger).policy
    assert (policy.writes, policy.network, policy.secrets) == (Rule.ASK, Rule.NEVER, Rule.ALLOW)
    assert in_force(places, own).policy.secrets is Rule.ALLOW


def test_no_config_is_no_way_around_the_policy(places: Places, tmp_path: Path) -> None:
    """Naming a config that does not exist leaves this machine's policy in force."""
    own_config("[policy]\nwrites = 'never'\n")
    assert in_force(places, tmp_path / "none.toml").policy.writes is Rule.NEVER


def test_trust_is_kept_out_of_the_home(places: Places, tmp_path: Path) -> None:
    """What is believed is written in this machine's state, for this user only."""
    file = tmp_path / "x.ps1"
    file.write_text("1")
    trust(places, file)
    assert places.home not in places.trusted.parents
    assert is_private(places.trusted)
    other = tmp_path / "y.ps1"
    other.write_text("2")
    trust(places, other)
    assert is_trusted(places, file)
    assert is_trusted(places, other)


def test_trust_of_nothing(places: Places, tmp_path: Path) -> None:
    """A file that is not there cannot be trusted; a broken record trusts nothing."""
    with pytest.raises(NotFound):
        trust(places, tmp_path / "none")
    assert not is_trusted(places, tmp_path / "none")
    places.trusted.write_text("{]")
    with pytest.raises(DamagedData):
        is_trusted(places, Path(__file__))
