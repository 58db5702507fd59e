"""`cotemp explain`: whoever reads it knows what a DO would do here, before anything runs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from cotemp.explain import Explanation, Question, foresee, walls_of
from cotemp.explain.model import Walls
from cotemp.explain.standing import Standing
from cotemp.messages.do import Do, Flags, Repo
from cotemp.messages.grant import Grant
from cotemp.messages.policy import Policy, Rule, Unenforced
from cotemp.places import Places, SessionPlaces, own_config_file
from cotemp.runner.engines import ENGINES
from cotemp.store.ledger import Child, Ledger, Parent
from cotemp.times import local_now

from ..runs.made import begin
from .real import cotemp, drop, here, home

WALLS = Walls("bubblewrap 0.11.0", "2026-11-21T07:00:00.000Z", overlay=True, memory=True)
NOTHING = Walls(None, why="bubblewrap is not installed", fix="install it")
Foresee = Callable[..., Explanation]


def policy(text: str) -> None:
    """Write this machine's settings."""
    own_config_file().parent.mkdir(parents=True, exist_ok=True)
    own_config_file().write_text(f"[policy]\n{text}\n")


def script(folder: Path, *, repo: str = "", consent: str = "allow_writes: false", name: str = "DO_x.py") -> Path:
    """A DO in a file."""
    file = folder / name
    lines = (
        'title: "DO-Count"',
        f'repo: {{ path: "{repo}" }}',
        "risk: { writes: false }",
        'brief: "Count \u202efiles"',
        f"consent: {{ {consent} }}",
        'timeout: "9h"',
    )
    file.write_text("# ---\n" + "".join(f"# {line}\n" for line in lines) + "# ---\nprint(1)\n")
    return file


@pytest.fixture
def foreseen(places: Places) -> Foresee:
    """What would become of a DO that asks for these flags."""

    def ask(
        *flags: str,
        repo: Path | None = None,
        walls: Walls = WALLS,
        policy: Policy | None = None,
        standing: Standing | None = None,
        env: dict[str, str] | None = None,
    ) -> Explanation:
        do = Do("T", Repo("r", str(repo) if repo else None), Flags(), Flags(**dict.fromkeys(flags, True)), "5" * 64)
        question = Question("f", do, ENGINES["python"], "co-x", policy or Policy(), standing or Standing())
        return foresee(places, question, walls, env or {})

    return ask


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A folder that a DO may be about."""
    (tmp_path / "app").mkdir()
    return tmp_path.resolve() / "app"


def what(found: Explanation) -> str:
    assert found.decision
    return found.decision.what


# --- what would become of it ---


def test_what_asks_for_nothing_runs(foreseen: Foresee) -> None:
    """A DO that only reads runs, and can leave nothing but its artifacts."""
    found = foreseen()
    assert what(found) == "runs"
    assert found.sight
    assert (found.sight.repo, found.sight.network, found.sight.secret_env) == ("none", "none", ())
    assert found.afterwards == ("it can write only its artifact folder, which is kept with its logs",)


def test_the_rules_decide(foreseen: Foresee, repo: Path) -> None:
    """The policy's ask holds it, its never refuses it, and a repo that nobody named is held: with the reason."""
    asking, never = Policy(network=Rule.ASK), Policy(network=Rule.NEVER)
    assert (what(foreseen("network", policy=asking)), what(foreseen("network", policy=never))) == ("held", "refused")
    held = foreseen("writes", repo=repo)
    assert held.decision
    assert (held.decision.what, held.decision.rule) == ("held", "policy.repos")
    assert str(repo) in held.decision.reasons[0]
    allowed = Policy(repos=(repo,))
    found = foreseen("writes", repo=repo, policy=allowed)
    assert what(found) == "runs"
    assert any("applied" in line for line in found.afterwards)
    assert any("Makefile" in line for line in found.unknown)


def test_a_folder_that_may_never_be_written(foreseen: Foresee, places: Places) -> None:
    """A DO about cotemp's own home may not write it; one that only reads is not even shown it."""
    refused = foreseen("writes", repo=places.sessions.parent, policy=Policy(repos=(Path("/"),)))
    assert refused.decision
    assert (refused.decision.what, refused.decision.consent) == ("refused", Flags())
    assert "cotemp's home" in refused.decision.reasons[0]
    assert refused.unknown == ()
    reading = foreseen(repo=places.home)
    assert what(reading) == "runs"
    assert reading.sight
    assert reading.sight.repo == "none"


def test_nothing_that_holds_it(foreseen: Foresee) -> None:
    """Where no enforcer holds, every DO is held, refused or run as the policy says, and no wall is pretended."""
    for rule, verdict in ((Unenforced.HOLD, "held"), (Unenforced.REFUSE, "refused"), (Unenforced.RUN, "runs")):
        found = foreseen(walls=NOTHING, policy=Policy(unenforced=rule))
        assert what(found) == verdict
        assert found.sight is None
    assert "whatever you can" in found.afterwards[0]
    assert "whatever you can" in found.unknown[0]


def test_secrets_are_named_and_never_shown(foreseen: Foresee, tmp_path: Path) -> None:
    """With secrets consent the variables and paths that are there are named; what the policy names in vain, too."""
    named = Policy(secrets=Rule.ALLOW, secret_env=("GH_TOKEN", "NPM_TOKEN"), secret_read=(tmp_path, tmp_path / "none"))
    found = foreseen("secrets", policy=named, env={"GH_TOKEN": "hush-hush", "OTHER": "x"})
    assert found.sight
    assert (found.sight.secret_env, found.sight.secret_paths) == (("GH_TOKEN",), (str(tmp_path),))
    assert found.sight.absent == ("NPM_TOKEN", str(tmp_path / "none"))
    assert "hush" not in repr(found)
    without = foreseen(policy=named, env={"GH_TOKEN": "hush-hush"}).sight
    assert without
    assert (without.secret_env, without.secret_paths, without.absent) == ((), (), ())


def test_the_network_is_shared_and_that_is_said(foreseen: Foresee) -> None:
    """Network consent is this machine's network: loopback, abstract sockets and cloud metadata are named."""
    found = foreseen("network")
    assert found.sight
    assert found.sight.network == "shared"
    assert all(word in " ".join(found.unknown) for word in ("loopback", "abstract sockets", "cloud metadata"))


def test_a_grant_counts(foreseen: Foresee, repo: Path) -> None:
    """What a standing grant allows is not held."""
    now = local_now()
    grant = Grant("g1", repo, None, Flags(writes=True), False, "me", now, now + timedelta(hours=1))
    assert what(foreseen("writes", repo=repo)) == "held"
    assert what(foreseen("writes", repo=repo, standing=Standing((grant,)))) == "runs"


def test_a_child_is_held_to_its_parent(foreseen: Foresee) -> None:
    """A DO that a run dropped gets no more than that run had."""
    assert what(foreseen("network", standing=Standing(ceiling=Flags()))) == "held"
    assert what(foreseen("network", standing=Standing(ceiling=Flags(network=True)))) == "runs"


# --- the command ---


@pytest.mark.parametrize(
    ("settings", "code", "verdict"),
    [
        ('unenforced = "run"', 0, "would run"),
        ("", 5, "would be held"),
        ('unenforced = "refuse"', 6, "would be refused"),
    ],
)
def test_the_exit_code_tells_what_would_happen(settings: str, code: int, verdict: str, tmp_path: Path) -> None:
    """0 it runs, 5 it would be held, 6 refused; the page says so, too, and that nothing would hold it."""
    policy(f'enforcer = "none"\n{settings}')
    ran = here("explain", str(script(tmp_path)))
    assert ran.code == code
    assert f"DO-Count: {verdict}" in ran.out
    assert "nothing on this machine" in ran.out
    assert "\u202e" not in ran.out


def test_the_whole_page(tmp_path: Path) -> None:
    """The page names the sender, the repo, the limit of time (the policy's, not the header's) and the digest."""
    policy('enforcer = "none"')
    ran = here("explain", str(script(tmp_path, repo=str(tmp_path))))
    for text in ("not said", str(tmp_path), "4 h", "nothing but reading", "none is named", "sha256", "python 3"):
        assert text in ran.out, text
    asked = here("explain", "--json", str(script(tmp_path, repo="/nowhere"))).json["asked"]
    assert asked["repo"] == {"named": "/nowhere", "path": None, "forbidden": "", "unseen": ""}
    assert asked["timeout_s"] == 4 * 3600


@pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is for Linux")
def test_secrets_that_no_policy_names(tmp_path: Path) -> None:
    """A DO that may see secrets where the policy names none sees none, and the page says why."""
    ran = here("explain", str(script(tmp_path, consent="allow_secrets: true")))
    assert "secrets: none (the policy names none: secret_env, secret_read)" in ran.out
    assert "secrets: none\n" in here("explain", str(script(tmp_path))).out


def test_a_wrong_header_is_told_as_check_tells_it(tmp_path: Path) -> None:
    """What `check` finds, `explain` says word by word; nothing else is promised of such a DO."""
    file = str(script(tmp_path, consent="allow_writes: maybe"))
    ran, checked = here("explain", file), here("check", file)
    assert (ran.code, ran.out) == (1, checked.out)
    told = here("explain", "--json", file).json
    assert [problem["key"] for problem in told["problems"]] == ["consent.allow_writes"]
    assert told["decision"] is told["asked"] is told["walls"] is None
    assert here("explain", str(tmp_path / "none.py")).code == 4
    assert here("explain", file, "--engine", "perl").code == 2


def test_a_do_from_stdin(tmp_path: Path) -> None:
    """A DO on its way through a pipe is explained as one in a file; its language follows from its header."""
    policy('enforcer = "none"')
    block = (
        '<# ---\ntitle: "P"\nrepo: { path: "" }\nrisk: { writes: false }\nconsent: { allow_writes: false }\n--- #>\n1\n'
    )
    assert cotemp("explain", "-", "--json", typed=block).json["asked"]["engine"]["name"] == "pwsh"
    ran = cotemp("explain", "-", "--json", typed=script(tmp_path).read_text())
    assert (ran.code, ran.json["asked"]["engine"]["name"], ran.json["file"]) == (5, "python", "-")
    assert cotemp("explain", "-", typed="print(1)\n").code == 1


def test_the_session_counts(tmp_path: Path) -> None:
    """The policy of the session that is named, or where the file waits, decides; its panel's name will do."""
    policy('enforcer = "none"\nunenforced = "run"\n[sessions.co-strict]\npolicy = { unenforced = "refuse" }')
    file = str(script(tmp_path))
    waiting = drop("1", "co-strict").path
    assert here("explain", file).code == 0
    assert here("explain", file, "--session", "CO-STRICT").code == 6
    assert here("explain", file, "--session", "co-strikt").code == 4
    told = here("explain", "--json", str(waiting))
    assert (told.code, told.json["session"]) == (6, "co-strict")


def test_what_the_ledger_knows(tmp_path: Path) -> None:
    """A DO that a run dropped into an inbox is shown as what it is: held when it asks for more than its parent had."""
    policy('enforcer = "none"\nunenforced = "run"')
    session = home().session("co-migrate")
    session.make()
    file = script(session.inbox, consent="allow_network: true")
    assert here("explain", str(file)).code == 0
    with Ledger(home()) as ledger:
        sha256 = here("explain", "--json", str(file)).json["asked"]["sha256"]
        parent = Parent("20260101-000000-1-aaaa", Flags(), 1)
        ledger.bear(parent, [Child("co-migrate", file.name, sha256)])
    told = here("explain", "--json", str(file))
    assert (told.code, told.json["decision"]["rule"]) == (5, "parent")


@pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is for Linux")
def test_the_real_enforcer_is_named(tmp_path: Path) -> None:
    """Where a sandbox holds, the page says which one and since when it is known to."""
    walls = walls_of(home().state.parent, Policy())
    if walls.enforcer is None:
        pytest.skip(walls.why)
    ran = here("explain", str(script(tmp_path)))
    assert ran.code == 0
    assert f"{walls.enforcer}, which passed its self-test here at 20" in ran.out
    assert "network: none" in ran.out


def test_a_repeated_do_is_held_to_the_same_parent(tmp_path: Path) -> None:
    """Repeating a DO that a run dropped gives it no more than that run had."""
    policy('enforcer = "none"\nunenforced = "run"')
    first = begin(home(), made_session(), "import socket")
    with Ledger(home()) as ledger:
        ledger.bear(Parent("20260101-000000-1-aaaa", Flags(), 1), [Child("co-migrate", first.do_file, first.sha256)])
    again = script(tmp_path, consent="allow_network: true")
    assert here("explain", str(again)).code == 0
    again.write_text(again.read_text().replace("# risk", f'# retry_of: "{first.id}"\n# risk'))
    assert here("explain", str(again)).code == 5


def made_session() -> SessionPlaces:
    session = home().session("co-migrate")
    session.make()
    return session
