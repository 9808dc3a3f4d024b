"""Requesting cases for a prompt, on a real database with a scripted engine child."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.usecases.making import PATIENCE_S, cloud, draft, echo, new_prompt, opened
from workbench.core.cases import Case
from workbench.core.content import Content, Message
from workbench.core.money import Rates
from workbench.core.testing.case_proposals import CaseProposalError
from workbench.usecases.case_proposer import CaseProposer, CaseRequest, as_draft
from workbench.usecases.problems import RefusedError
from workbench.usecases.workbench import Workbench

PROPOSED = json.dumps(
    {
        "cases": [
            {"name": "empty", "tag": "edge", "values": {"name": ""}, "expectation": "Asks for the name."},
            {"name": "known", "tag": "", "values": {"name": "Ada"}, "expectation": ""},
        ]
    }
)
SCRIPT = {
    "models": {
        "proposer": [{"text": PROPOSED[:30]}, {"text": PROPOSED[30:]}, {"usage": {"input": 1000, "output": 10}}],
        "chatty": [{"text": "Sure! What about an empty name?"}],
    }
}
CONTENT = draft().content


def wanted(prompt: str, model: str = "proposer", **more: Any) -> CaseRequest:
    fields = {"content": CONTENT, "based_on": None, "lane": cloud(model), "instructions": "Propose.", **more}
    return CaseRequest(prompt, **fields)


def proposer(workbench: Workbench) -> CaseProposer:
    return CaseProposer(workbench.store, workbench.runner)


def test_request_is_recorded_and_priced_outside_the_timeline(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        workbench.runner.start_iteration(prompt, draft(), based_on=None).wait(PATIENCE_S)
        timeline, versions = workbench.history.timeline(prompt), workbench.prompts.version_numbers(prompt)
        workbench.store.packs.save_cases(prompt, (Case("c", "known", (("name", "Ada"),)),)).result()
        workbench.pricing.set_price(cloud().endpoint, "proposer", Rates(0.001, 0.002, None, "by hand"))
        asking = proposer(workbench)
        handle = asking.ask(wanted(prompt, wish="edges", shown=asking.known(prompt).cases))
        assert handle.wait(PATIENCE_S)
        assert handle.problem is None
        assert workbench.history.timeline(prompt) == timeline
        assert workbench.prompts.version_numbers(prompt) == versions
        assert workbench.history.count(prompt) == 1
        assert workbench.session.stats().spent_usd == pytest.approx(1.02)
        (earlier,) = asking.earlier(prompt)
        assert (earlier.number, earlier.title, earlier.state) == (1, "proposer", "finished")
        past = asking.past(earlier.run_uid)
        assert (past.variables, past.wish, past.result.text) == (("name",), "edges", PROPOSED)
        sent = past.result.request
        assert sent["messages"][0] == {"role": "system", "content": "Propose."}
        assert '"Ada"' in sent["messages"][1]["content"], "a case that was chosen is shown"
        read = asking.read(prompt, past.result, past.variables)
        assert [(one.case.name, one.is_duplicate) for one in read.cases] == [("empty", False), ("known", True)]
        assert workbench.store.packs.cases(prompt) == (Case("c", "known", (("name", "Ada"),)),), "nothing is added here"
        assert workbench.store.improvements(prompt) == []


def test_hold_out_cases_and_answers_to_them_are_never_offered(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        handle = workbench.runner.start_iteration(prompt, draft(echo()), based_on=None)
        assert handle.wait(PATIENCE_S)
        (answer,) = proposer(workbench).known(prompt).answers
        held = Case("h", "secret", answer.values, held_out=True)
        workbench.store.packs.save_cases(prompt, (Case("c", "open", (("name", "Bo"),)), held)).result()
        known = proposer(workbench).known(prompt)
        assert [case.name for case in known.cases] == ["open"]
        assert known.answers == ()
        with pytest.raises(ValueError, match="hold-out"):
            proposer(workbench).ask(wanted(prompt, shown=(held,)))


def test_answer_that_is_no_json_is_recorded_and_refused(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        asking = proposer(workbench)
        handle = asking.ask(wanted(prompt, "chatty"))
        assert handle.wait(PATIENCE_S)
        result = asking.past(handle.run_uid).result
        with pytest.raises(CaseProposalError, match="not the JSON"):
            asking.read(prompt, result, ("name",))


def test_lane_and_instructions_are_remembered(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        asking = proposer(workbench)
        known = asking.known(prompt)
        assert (known.lane, known.instructions) == (None, known.shipped)
        for kept in asking.remember(cloud("proposer"), "Mine."):
            kept.result(PATIENCE_S)
        known = asking.known(prompt)
        assert (known.lane, known.instructions) == (cloud("proposer"), "Mine.")


def test_invalid_request_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        asking = proposer(workbench)
        plain = Content((Message("user", "Hello"),))
        for request, sentence in (
            (wanted(prompt, content=Content()), "no text"),
            (wanted(prompt, content=plain), "no variables"),
            (wanted(prompt, instructions=" "), "instructions"),
            (wanted(prompt, count=0), "1 to 50"),
            (wanted(prompt, shown=tuple(Case(str(at)) for at in range(21))), "20 cases"),
        ):
            with pytest.raises(RefusedError, match=sentence):
                asking.ask(request)
        assert asking.earlier(prompt) == ()
        forecast = as_draft(wanted(prompt))
        assert (forecast.lanes, forecast.content.messages[0].text) == ((cloud("proposer"),), "Propose.")
        assert forecast.content.output is not None
