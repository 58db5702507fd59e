"""docs/bridge.md: made from the code, and its examples can be sent."""

from __future__ import annotations

import json
import re

from jsonschema import Draft202012Validator

from cotemp.bridge.methods import METHODS
from cotemp.bridge.protocol import Core
from tests.fitting import schema_of
from tests.generate import bridge


def test_the_page_is_what_the_code_says() -> None:
    """docs/bridge.md has every method: `python -m tests.generate bridge` writes it."""
    assert bridge.FILE.read_text(encoding="utf-8") == bridge.page()


def test_the_schema_is_one() -> None:
    """schemas/bridge.json is valid, and so is every part of it; every method is in it, and nothing else."""
    document = schema_of("bridge")
    assert list(document["methods"]) == list(METHODS)
    Draft202012Validator.check_schema({key: value for key, value in document.items() if key != "methods"})
    for method in document["methods"].values():
        Draft202012Validator.check_schema(method["params"])
        Draft202012Validator.check_schema(method["result"])
        assert all("description" in param or "$ref" in param for param in method["params"]["properties"].values())


def test_every_example_of_the_page_is_a_request() -> None:
    """Whoever copies a line gets it understood: it fits the schema of a request, and that of its method's params."""
    document = schema_of("bridge")
    shown = re.findall(r"```json\n(.*)\n```", bridge.page())
    assert len(shown) == len(METHODS)
    for line in shown:
        request = json.loads(line)
        Draft202012Validator(document).validate(request)
        params = {**document["methods"][request["method"]]["params"], "$defs": document["$defs"]}
        Draft202012Validator(params).validate(request["params"])
        [answer] = Core(lambda method, _: json.dumps({"result": method})).receive(f"{line}\n".encode())
        assert json.loads(answer)["result"] == request["method"]
