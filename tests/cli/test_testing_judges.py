"""Judges in `workbench test`: chosen by an argument, by settings and by a promptfoo file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.printed_reports import report_of
from tests.fakes.provider import JSON, FakeProvider, Reply, Request, Send, status, whole
from tests.patience import PATIENCE_S
from tests.usecases.judging import judged_suites as judged
from tests.usecases.judging.judge_server import JUDGE, JudgeServer
from tests.usecases.making import draft, echo, new_prompt, opened
from tests.usecases.testing import suites
from workbench.cli.main import main
from workbench.core.cases import Case, Check
from workbench.core.lanes import Endpoint, Lane, Params
from workbench.host.clock import utc_now
from workbench.host.weights import builtin_weights
from workbench.usecases.endpoint_form import EndpointForm


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with FakeProvider() as provider:
        yield provider


def prepared(tmp_path: Path, fake: FakeProvider, tested: Sequence[Case], judge: str = "") -> None:
    """Store the prompt “Greeting” with a judged check and a column at the server, which is called Mine.

    `judge` is the model that its settings choose, if any.
    """
    with opened(tmp_path, {}) as (workbench, _):
        saved = workbench.endpoints.save(EndpointForm("Mine", fake.base_url))
        saved.done.result(PATIENCE_S)
        prompt = new_prompt(workbench)
        workbench.prompts.save_draft(prompt, draft()).result(PATIENCE_S)
        workbench.store.packs.save_cases(prompt, tested).result(PATIENCE_S)
        chosen = Lane("judge", saved.endpoint.uid, judge) if judge else None
        given = judged.settings(Lane("c0", saved.endpoint.uid, "fake-0"), judge=chosen)
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


def test_replies_without_a_clear_verdict_are_unscored_everywhere(
    tmp_path: Path, db: str, fake: FakeProvider, capsys: pytest.CaptureFixture[str]
) -> None:
    replies = {
        "Well, it depends.": "unscored",
        "": "unscored",
        '{"reason": "It greets."}': "unscored",
        '{"pass": "maybe", "score": 1}': "unscored",
        '{"pass": true, "score": "high"}': "unscored",
        '{"pass": true} and {"pass": false}': "unscored",
        'I think {"pass": true, "score": 0.9, "reason": "It greets."}': "pass",
        '<think>{"pass": true}</think>{"pass": false}': "fail",
    }
    said = dict(enumerate(replies))

    def answer(request: Request) -> Reply:
        text = request.body["messages"][-1]["content"]
        if request.body["model"] == JUDGE:
            text = next(reply for number, reply in said.items() if f"Name{number}." in text)
        return replace(whole(text), headers=JSON)

    fake.answer = answer
    (case,) = suites.cases(1)
    made = [replace(case, uid=f"n{number}", name=f"n{number}", values=(("name", f"Name{number}"),)) for number in said]
    prepared(tmp_path, fake, made)
    junit, markdown = tmp_path / "report.xml", tmp_path / "report.md"
    files = ["--junit", str(junit), "--markdown", str(markdown)]
    assert main(["test", "--db", db, "Greeting", "--judge", f"Mine/{JUDGE}", "--json", *files]) == 1
    cells = report_of(capsys.readouterr().out)["cells"]
    assert {cell["name"]: cell["state"] for cell in cells} == {
        f"n{number}": replies[reply] for number, reply in said.items()
    }
    reasons = {cell["name"]: cell["reason"] for cell in cells}
    assert reasons["n0"] == "The judge's reply has no clear verdict: “Well, it depends.”"
    assert reasons["n1"] == "The judge's reply is empty."
    # Everybody who reads the report learns why, not only who opens a cell.
    said_why = "6 answers unscored, "
    assert said_why in markdown.read_text("utf-8")
    suite = ElementTree.parse(junit).getroot()[0]
    assert (suite.get("failures"), suite.get("skipped")) == ("1", "6")
    assert {one.get("name"): one.get("value") for one in suite.iter("property")}["judges"] == "judge unmeasured"
    assert "judge unmeasured | baseline" in markdown.read_text("utf-8")


@pytest.mark.parametrize("mixed", [False, True])
def test_a_judge_that_answers_only_nonsense_says_why_in_every_report(
    tmp_path: Path, db: str, fake: FakeProvider, capsys: pytest.CaptureFixture[str], *, mixed: bool
) -> None:
    def answer(request: Request) -> Reply:
        asked = request.body["messages"][-1]["content"]
        nonsense = "" if mixed and "NO" in asked else "Bananas are yellow."
        return replace(whole(nonsense if request.body["model"] == JUDGE else asked), headers=JSON)

    fake.answer = answer
    bad = Case("bad", "Bad", (("name", "NO"),))
    prepared(tmp_path, fake, (*suites.cases(3), bad))
    markdown = tmp_path / "report.md"
    arguments = ["test", "--db", db, "Greeting", "--judge", f"Mine/{JUDGE}", "--markdown", str(markdown)]
    assert main(arguments) == 1
    often = ", most often (3)" if mixed else ""
    why = f"4 answers unscored{often}: The judge's reply has no clear verdict: “Bananas are yellow.”"
    assert why in capsys.readouterr().out.splitlines()
    assert why in markdown.read_text("utf-8").splitlines()
    main([*arguments, "--json"])
    assert report_of(capsys.readouterr().out)["unscored_words"] == why


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("--judge=Nowhere/gone", "No endpoint here is called “Nowhere”, and LiteLLM knows no model “Nowhere/gone”."),
        ("--judge=gone-judge", "LiteLLM knows no model “gone-judge”."),
        ("--judge-vectors=Nowhere/gone", "No endpoint here is called “Nowhere”"),
    ],
)
def test_a_judge_that_nobody_serves_is_refused_before_anything_is_asked(
    tmp_path: Path, db: str, fake: FakeProvider, capsys: pytest.CaptureFixture[str], argument: str, words: str
) -> None:
    server = JudgeServer(fake)
    prepared(tmp_path, fake, suites.cases(1))
    assert main(["test", "--db", db, "Greeting", argument]) == 2
    said = capsys.readouterr()
    assert (said.out, server.count("fake-0")) == ("", 0)
    assert words in said.err
    assert "“workbench models” lists models" in said.err


def test_a_judge_that_is_gone_leaves_checks_unscored_and_says_why(
    tmp_path: Path, db: str, fake: FakeProvider, capsys: pytest.CaptureFixture[str]
) -> None:
    def answer(request: Request) -> Reply:
        gone = request.method != "POST" or request.body["model"] == "gone"
        return status(404) if gone else replace(whole("Hello."), headers=JSON)

    fake.answer = answer
    prepared(tmp_path, fake, suites.cases(3))
    assert main(["test", "--db", db, "Greeting", "--judge", "Mine/gone"]) == 1
    said = capsys.readouterr().out
    assert "3 judgements failed: Mine does not know the model “gone”." in said
    assert "Nothing was scored: the checks of 3 answers could not be evaluated." in said
    # The answers are kept: another judge evaluates them.
    JudgeServer(fake)
    assert main(["test", "--db", db, "Greeting", "--judge", f"Mine/{JUDGE}", "--json"]) == 0
    document = report_of(capsys.readouterr().out)
    assert (document["calls"], document["judge_calls"], document["judgements"]["failed"]) == (0, 3, 0)


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


def decides_by_name(request: Request) -> Reply:
    """Answer decisions by 0.25 where the answer says NO and by 0.83 elsewhere; chats repeat the last message."""
    if request.method != "POST":
        return status(404)
    if request.path != "/v1/decisions":
        return replace(whole(request.body["messages"][-1]["content"]), headers=JSON)
    (question,) = request.body["questions"]
    probability = 0.25 if "NO" in json.dumps(request.body) else 0.83
    answer = {"type": "predicate", "name": question["name"], "probability": probability}
    usage = {"input_tokens": 40, "output_tokens": 0, "total_tokens": 40}
    body = {"model": request.body["model"], "answers": [answer], "usage": usage}
    return Reply((Send(json.dumps(body).encode()),), headers=JSON)


def test_a_judge_is_asked_for_a_probability_where_the_argument_says_so(
    tmp_path: Path, db: str, fake: FakeProvider, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.answer = decides_by_name
    bad = Case("bad", "Bad", (("name", "NO"),))
    prepared(tmp_path, fake, (*suites.cases(2), bad))
    arguments = ["test", "--db", db, "Greeting", "--judge", "Mine/decide-1", "--judge-probability", "--json"]
    assert main(arguments) == 1
    document = report_of(capsys.readouterr().out)
    assert [cell["state"] for cell in document["cells"]] == ["pass", "pass", "fail"]
    assert document["cells"][-1]["reason"] == "Probability of a pass 0.25; at least 0.5 expected."
    assert [request.path for request in fake.requests].count("/v1/decisions") == 3


def test_the_judge_of_the_settings_is_asked_for_a_probability(
    tmp_path: Path, db: str, fake: FakeProvider, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.answer = decides_by_name
    prepared(tmp_path, fake, suites.cases(1), judge="decide-1")
    assert main(["test", "--db", db, "Greeting", "--judge-probability"]) == 0
    assert [request.path for request in fake.requests].count("/v1/decisions") == 1


def test_a_probability_without_a_judge_is_refused_before_anything_is_asked(
    tmp_path: Path, db: str, fake: FakeProvider, capsys: pytest.CaptureFixture[str]
) -> None:
    prepared(tmp_path, fake, suites.cases(1))
    assert main(["test", "--db", db, "Greeting", "--judge-probability"]) == 2
    assert "Name a decision model with --judge." in capsys.readouterr().err
    assert [request for request in fake.requests if request.method == "POST"] == []


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


@pytest.mark.builtin
def test_a_gguf_file_compares_meanings(tmp_path: Path, db: str, capsys: pytest.CaptureFixture[str]) -> None:
    weights = builtin_weights()
    if weights is None:
        pytest.skip("the built-in model is not installed")
    similar = Check("similar", value='"Hello name0"', threshold=0.9)
    with opened(tmp_path, {}) as (workbench, _):
        prompt = new_prompt(workbench)
        workbench.prompts.save_draft(prompt, draft()).result(PATIENCE_S)
        far = Case("far", "Far", (("name", "of the rose, which nobody who has read it can ever forget again"),))
        workbench.store.packs.save_cases(prompt, (*suites.cases(1), far)).result(PATIENCE_S)
        endpoint = Endpoint("mine", "gguf", "Mine", path=str(weights))
        workbench.store.save_endpoint(endpoint, utc_now()).result(PATIENCE_S)
        vectors = Lane("v", "mine", weights.name, Params(extra='{"pooling": "mean"}'))
        given = judged.settings(echo(), checks=(similar,), judge=None, embedding=vectors)
        workbench.store.tests.save_settings(prompt, given, utc_now()).result(PATIENCE_S)
    assert main(["test", "--db", db, "Greeting", "--json"]) == 1
    same, other = report_of(capsys.readouterr().out)["cells"]
    assert (same["state"], other["state"]) == ("pass", "fail"), (same, other)
    assert other["reason"].startswith("Similarity ")
