"""`workbench test PACK`: the text, cases and checks of a pack as it is now, with the history as it was."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.cli.printed_reports import report_of
from tests.store.making import opened as opened_store
from tests.usecases.making import draft, echo, new_prompt, opened
from tests.usecases.testing import suites
from workbench.cli.main import main
from workbench.core.cases import Case, Check
from workbench.host.clock import utc_now

NAME = Check("contains", value='"{{name}}"')


@pytest.fixture
def pack(tmp_path: Path, db: str) -> Path:
    """Return the folder of a pack with two cases and a check for all of them."""
    with opened(tmp_path, {}) as (workbench, _):
        uid = new_prompt(workbench)
        workbench.prompts.save_draft(uid, draft(echo(), text="Hello {{name}}")).result()
        workbench.store.packs.save_cases(uid, suites.cases(2)).result()
        workbench.store.tests.save_settings(uid, suites.settings(echo(), checks=(NAME,)), utc_now()).result()
    assert main(["run", "--db", db, "--prompt", "Greeting", "--var", "name=x"]) == 0
    folder = tmp_path / "pack"
    assert main(["pack", "export", "--db", db, "--prompt", "Greeting", str(folder)]) == 0
    return folder


@pytest.fixture
def report(pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    """Return a function that tests the pack with another history."""

    def test(*args: str, code: int = 0) -> dict[str, Any]:
        capsys.readouterr()
        found = main(["test", "--db", str(tmp_path / "other.db"), str(pack), "--model", "echo", "--json", *args])
        told = capsys.readouterr()
        assert found == code, told
        return report_of(told.out)

    return test


def rewrite(path: Path, change: Callable[[dict[str, Any]], object], line: int) -> None:
    """Change one line of a file of cases."""
    rows = [json.loads(text) for text in path.read_text("utf-8").splitlines()]
    change(rows[line])
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


def test_a_pack_is_tested_as_it_is_now_and_the_history_keeps_its_cases(
    pack: Path, tmp_path: Path, report: Callable[..., dict[str, Any]]
) -> None:
    first = report()
    assert (first["cases"], first["calls"], first["columns"][0]["passed"]) == (2, 2, 2)
    (cases,) = (pack / "cases").glob("*.jsonl")
    added = json.dumps({"values": {"name": "Cy"}, "checks": [{"type": "equals", "value": "Bye"}]})
    cases.write_text(cases.read_text("utf-8") + added + "\n", "utf-8")
    rewrite(cases, lambda row: row["values"].update(name="name 9"), 0)
    second = report(code=1)
    assert (second["cases"], second["calls"], second["reused"]) == (3, 2, 1)
    assert [(cell["text"], cell["state"]) for cell in second["cells"]] == [
        ("Hello name 9", "pass"),
        ("Hello name 1", "pass"),
        ("Hello Cy", "fail"),
    ]
    (prompt,) = (pack / "prompts").glob("*.yml")
    text = prompt.read_text("utf-8")
    changed = re.sub(r"(type: contains\n\s+value: ).*", r"\1Bonjour", text)
    assert changed != text
    prompt.write_text(changed, "utf-8")
    third = report(code=1)
    assert (third["calls"], third["reused"]) == (0, 3)
    assert third["columns"][0]["failed"] == 3
    store = opened_store(tmp_path / "other.db")
    uid = next(row.uid for row in store.prompts() if row.name == "Greeting")
    assert [dict(case.values)["name"] for case in store.packs.cases(uid)] == ["name 0", "name 1"]
    assert store.tests.settings(uid).checks == (NAME,)
    store.close()


def test_a_case_that_is_held_out_here_is_held_out_for_a_pack_that_shows_it(
    pack: Path, tmp_path: Path, report: Callable[..., dict[str, Any]]
) -> None:
    report()
    store = opened_store(tmp_path / "other.db")
    uid = next(row.uid for row in store.prompts() if row.name == "Greeting")
    kept: list[Case] = [replace(case, held_out=case.name == "Case 0") for case in store.packs.cases(uid)]
    store.packs.save_cases(uid, kept).result(60)
    store.close()
    assert [cell["name"] for cell in report()["cells"]] == ["Case 1"]
    assert report("--hold-out")["set"] == "holdout"
