"""JSON schemas (2020-12) of every format that other programs may read or write, made from the types in the code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ConfigDict, TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from cotemp.cli import answers
from cotemp.config.settings import Document
from cotemp.explain import Explanation
from cotemp.messages.backchat import Backchat
from cotemp.messages.header.keys import Header
from cotemp.messages.panel import PanelRecord
from cotemp.messages.receipt import Receipt
from cotemp.messages.runlog import OriginalLog, Reasons, RunLog
from cotemp.pastes.record import PasteRecord
from cotemp.status.model import Snapshot
from cotemp.store.owner import Owner

from . import bridge
from .plain import Plain

__all__ = ["FOLDER", "texts", "write"]

FOLDER = Path(__file__).parents[2] / "schemas"


class Format(NamedTuple):
    """A type, what has that form, and whether cotemp writes it (else people do)."""

    type: Any
    title: str
    written: bool = True


FORMATS = {
    "agents": Format(Document, "agents.toml", written=False),
    "do-header": Format(Header, "The header of a DO", written=False),
    "run-log": Format(RunLog, "sessions/<session>/logs/<name>.json"),
    "original-log": Format(OriginalLog, "sessions/<session>/logs/<name>.json of the PowerShell original"),
    "rejected-reasons": Format(Reasons, "sessions/<session>/outbox/rejected-<name>.reasons.json"),
    "BackchatMessage.schema": Format(
        Backchat, "inbox/<to>/<time>__<type>__….json, and what a chat answers", written=False
    ),
    "panel": Format(PanelRecord, "panels/<pid>.json"),
    "receipt": Format(Receipt, "sessions/<session>/receipts/<note>.json"),
    "owner": Format(Owner, "sessions/<session>/owner.json"),
    "answer-adopt": Format(answers.AdoptAnswer, "cotemp adopt --json"),
    "answer-audit": Format(answers.AuditAnswer, "cotemp audit --json"),
    "answer-audit-run": Format(answers.AuditRunAnswer, "cotemp audit RUN --json"),
    "answer-audit-verify": Format(answers.AuditVerifyAnswer, "cotemp audit --verify --json"),
    "answer-bpoe": Format(answers.BpoeAnswer, "cotemp bpoe --json"),
    "answer-autostart": Format(answers.AutostartAnswer, "cotemp autostart status --json"),
    "answer-autostart-disable": Format(answers.AutostartDisableAnswer, "cotemp autostart disable --json"),
    "answer-autostart-enable": Format(answers.AutostartEnableAnswer, "cotemp autostart enable --json"),
    "answer-error": Format(answers.ErrorAnswer, "cotemp … --json, when it fails"),
    "answer-explain": Format(Explanation, "cotemp explain --json"),
    "answer-grant": Format(answers.GrantAnswer, "cotemp grant --json"),
    "answer-grants": Format(answers.GrantsAnswer, "cotemp grants --json"),
    "answer-held": Format(answers.HeldAnswer, "cotemp held --json"),
    "answer-decision": Format(answers.DecisionAnswer, "cotemp approve --json, cotemp deny --json"),
    "answer-metrics": Format(answers.MetricsAnswer, "cotemp metrics --json"),
    "answer-notes": Format(answers.NotesAnswer, "cotemp notes --json"),
    "answer-notes-follow": Format(answers.FollowedNote, "cotemp notes --follow --json, each line"),
    "answer-acks": Format(answers.AcksAnswer, "cotemp acks --json"),
    "answer-backchat": Format(answers.BackchatAnswer, "cotemp backchat emit --json"),
    "answer-backchat-check": Format(answers.BackchatCheckAnswer, "cotemp backchat check --json"),
    "answer-bootstrap": Format(answers.BootstrapAnswer, "cotemp bootstrap --json"),
    "answer-bloat": Format(answers.BloatAnswer, "cotemp bloat --json"),
    "answer-cowrap": Format(answers.CowrapAnswer, "cotemp cowrap --json"),
    "answer-cowrap-intake": Format(answers.IntakeAnswer, "cotemp cowrap intake --json"),
    "answer-log-bpoe": Format(answers.LogBpoeAnswer, "cotemp log-bpoe --json"),
    "answer-report": Format(answers.ReportAnswer, "cotemp report --json"),
    "answer-capsule": Format(answers.CapsuleAnswer, "cotemp capsule build --json, cotemp capsule bump --json"),
    "answer-capsule-diff": Format(answers.CapsuleDiffAnswer, "cotemp capsule diff --json"),
    "answer-echo": Format(answers.EchoAnswer, "cotemp echo --json"),
    "answer-ingest": Format(answers.IngestAnswer, "cotemp ingest --json"),
    "answer-paste": Format(answers.PasteAnswer, "cotemp paste ID --json"),
    "answer-pastes": Format(answers.PastesAnswer, "cotemp paste --json"),
    "answer-respawn": Format(answers.RespawnAnswer, "cotemp respawn --json"),
    "paste": Format(PasteRecord, "pastes/<session>/<time>-<id>__<kind>.json"),
    "answer-panels": Format(answers.PanelsAnswer, "cotemp panels --json"),
    "answer-revoke": Format(answers.RevokeAnswer, "cotemp revoke --json"),
    "answer-runs": Format(answers.RunsAnswer, "cotemp runs --json"),
    "answer-sent": Format(answers.SentAnswer, "cotemp sent --json"),
    "answer-shims": Format(answers.ShimsAnswer, "cotemp shims --json"),
    "answer-status": Format(Snapshot, "cotemp status --json"),
    "answer-ticker": Format(answers.TickerLine, "cotemp ticker --json, line by line"),
}
"""What is documented, by the name of its schema."""


def write() -> None:
    """Write the folder anew."""
    for stale in FOLDER.glob("*"):
        stale.unlink()
    for name, text in texts().items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")


def texts() -> dict[str, str]:
    """Every schema as the text of its file, by the file's name."""
    return {f"{name}.json": _text(one) for name, one in FORMATS.items()} | {"bridge.json": bridge.text()}


def _text(one: Format) -> str:
    # In a list, because a type at the top brings its own configuration, and these have none.
    adapter = TypeAdapter(list[one.type], config=ConfigDict(use_attribute_docstrings=True))  # type: ignore[name-defined]
    mode: JsonSchemaMode = "serialization" if one.written else "validation"
    whole = adapter.json_schema(schema_generator=Plain, mode=mode)
    parts = whole["$defs"]
    root = parts.pop(whole["items"]["$ref"].rpartition("/")[2])
    root["title"] = one.title
    document = {"$schema": Plain.schema_dialect} | root | ({"$defs": parts} if parts else {})
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
