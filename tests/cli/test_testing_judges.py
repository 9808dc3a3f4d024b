"""Judges in `workbench test`: chosen by an argument, by settings and by a promptfoo file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.cli.printed_reports import report_of
from tests.fakes.provider import FakeProvider
from tests.patience import PATIENCE_S
from tests.usecases.judging import judged_suites as judged
from tests.usecases.judging.judge_server import JUDGE, JudgeServer
from tests.usecases.making import draft, new_prompt, opened
from tests.usecases.testing import suites
from workbench.cli.main import main
from workbench.core.cases import Case
from workbench.core.lanes import Lane
from workbench.host.clock import utc_now
from workbench.usecases.endpoint_form import EndpointForm


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with FakeProvider() as provider:
        yield provider


def prepared(tmp_path: Path, fake: FakeProvider, tested: Sequence[Case]) -> None:
    """Store the prompt “Greeting” with a judged check and a column at the server, which is called Mine."""
    with opened(tmp_path, {}) as (workbench, _):
        saved = workbench.endpoints.save(EndpointForm("Mine", fake.base_url))
        saved.done.result(PATIENCE_S)
        prompt = new_prompt(workbench)
        workbench.prompts.save_draft(prompt, draft()).result(PATIENCE_S)
        workbench.store.packs.save_cases(prompt, tested).result(PATIENCE_S)
        given = judged.settings(Lane("c0", saved.endpoint.uid, "fake-0"), judge=None)
        workbench.store.tests.save_settings(prompt, given, utc_now()).result(PATIENCE_S)


def test_without_a_judge_checks_are_unscored_and_an_argument_names_one(
    tmp_path: Path, db: str, fake: FakeProvider, capsys: pytest.CaptureFixture[str]
) -> None:
    server = JudgeServer(fake)
    prepared(tmp_path, fake, suites.cases(3))
    assert main(["test", "--db", db, "Greeting"]) == 1
    said = capsys.readouterr()
    assert "No judge model is chosen" in said.err
    assert "unscored" in said.out
    assert server.count(JUDGE) == 0
    assert main(["test", "--db", db, "Greeting", "--judge", f"Mine/{JUDGE}", "--json"]) == 0
    document = report_of(capsys.readouterr().out)
    assert [cell["state"] for cell in document["cells"]] == ["pass"] * 3
    assert (document["calls"], document["judge_calls"]) == (0, 3)
    assert document["judges"][0]["models"] == [JUDGE]
    assert document["judges"][0]["is_measured"] is False
    assert server.count(JUDGE) == server.count("fake-0") == 3
    # Nothing is asked again.
    assert main(["test", "--db", db, "Greeting", "--judge", f"Mine/{JUDGE}"]) == 0
    assert "(judge unmeasured)" in capsys.readouterr().out
    assert server.count(JUDGE) == 3


def test_the_judge_of_the_settings_is_asked_about_a_bar(
    tmp_path: Path, db: str, fake: FakeProvider, capsys: pytest.CaptureFixture[str]
) -> None:
    JudgeServer(fake)
    bad = Case("bad", "Bad", (("name", "NO"),))
    prepared(tmp_path, fake, (*suites.cases(2), bad))
    assert main(["test", "--db", db, "Greeting", "--judge", f"Mine/{JUDGE}", "--fail-under", "60%"]) == 0
    assert "fails: Bad" in capsys.readouterr().out
    assert main(["test", "--db", db, "Greeting", "--judge", f"Mine/{JUDGE}", "--fail-under", "70%"]) == 1


def test_a_tested_judge_is_said(
    tmp_path: Path, db: str, fake: FakeProvider, capsys: pytest.CaptureFixture[str]
) -> None:
    JudgeServer(fake)
    prepared(tmp_path, fake, suites.cases(1))
    main(["test", "--db", db, "Greeting", "--judge", "Mine/fake-0"])
    said = capsys.readouterr()
    assert "The judge fake-0 is tested, too" in said.err
    assert "The judge fake-0 is tested, too" in said.out


def test_a_file_names_its_judge_by_a_prompt_in_a_file(
    tmp_path: Path, db: str, fake: FakeProvider, capsys: pytest.CaptureFixture[str]
) -> None:
    server = JudgeServer(fake)
    prepared(tmp_path, fake, ())
    (tmp_path / "judge.txt").write_text("Is this fine: {{output}} by {{rubric}}?", "utf-8")
    provider = {"id": f"openai:{JUDGE}", "config": {"apiBaseUrl": fake.base_url}}
    config = {
        "prompts": ["Hello {{name}}"],
        "providers": ["echo"],
        "defaultTest": {
            "assert": [{"type": "llm-rubric", "value": "polite"}],
            "options": {"provider": provider, "rubricPrompt": "file://judge.txt"},
        },
        "tests": [{"vars": {"name": "Ada"}}, {"vars": {"name": "NO"}}],
    }
    path = tmp_path / "promptfooconfig.yaml"
    path.write_text(json.dumps(config), "utf-8")
    assert main(["test", "--db", db, str(path), "--json"]) == 1
    document = report_of(capsys.readouterr().out)
    assert [cell["state"] for cell in document["cells"]] == ["pass", "fail"]
    assert server.asked[JUDGE, "Is this fine: Hello Ada by polite?"] == 1
