"""Compares our requests and results with those of promptfoo 0.123.1 in `promptfoo_judgements.json`."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.core.judging.fake_judge import FakeJudge
from tests.core.judging.samples import Sample
from workbench.core.cases import Check, check_from_json
from workbench.core.checks.check_result import CheckResult
from workbench.core.checks.check_sets import assembled, single_checks
from workbench.core.judging.grading_options import named_model, with_options
from workbench.core.judging.judge_prompts import default_content
from workbench.core.judging.questions import JudgedAnswer, JudgeQuestion
from workbench.core.templates import fill

_FILE = Path(__file__).parent / "promptfoo_judgements.json"
_SAME = 1e-9
"""Scores closer than this are equal."""


class Judgement(NamedTuple):
    """What we ask about a sample, by model, and the results in the order of promptfoo's verdicts."""

    asked: list[tuple[str, JudgeQuestion]]
    results: list[CheckResult]


class Difference(NamedTuple):
    """A deliberate difference from promptfoo: of verdicts, or of requests, and the samples that it concerns."""

    reason: str
    concerns: Callable[[Sample], bool]


def _type(sample: Sample) -> str:
    return str(sample["assert"][0]["type"])


def _reply(sample: Sample) -> Any:
    return sample["rules"][0][1] if sample["rules"] else None


def _replies(*texts: Any) -> Callable[[Sample], bool]:
    return lambda sample: _reply(sample) in texts


DIFFERENT_VERDICTS = (
    Difference("a failed call is unscored; promptfoo fails the check, with and without not-", _replies(400)),
    Difference("an empty reply is unscored; promptfoo fails the check", _replies("")),
    Difference(
        "a reply without a verdict is unscored; promptfoo fails the check, with and without not-",
        _replies(
            "The answer is polite.",
            "PASS",
            "They agree.",
            "They are (more or less) the same",
            "The answer is Y.",
            "y",
            "Yes",
            '{"category": "F"}',
            '{"category": "A and B"}',
            '{"category": 1}',
        ),
    ),
    Difference(
        "an object without a verdict is unscored; promptfoo passes llm-rubric with score 1",
        _replies('{"reason": "no verdict at all"}', '{"result": {"pass": false}}', '{"reason": "no category"}'),
    ),
    Difference(
        "an object in braces that has no verdict is passed over; promptfoo takes the first one, and passes",
        lambda sample: str(_reply(sample)).startswith("The {answer} is bad."),
    ),
    Difference(
        "several verdicts that differ are unscored, because an answer can contain one; promptfoo takes the first",
        lambda sample: str(_reply(sample)).startswith(("The answer contains", '{"category": "A"} or', "It is not (D)")),
    ),
    Difference(
        "thoughts in tags are left out; promptfoo reads the verdict in them",
        lambda sample: str(_reply(sample)).startswith("<think>"),
    ),
    Difference(
        "braces in texts are no end of an object; promptfoo fails the check then, with and without not-",
        lambda sample: "a } brace" in str(_reply(sample)) and _type(sample) == "not-llm-rubric",
    ),
    Difference(
        "a pass that is neither true nor false, or a score that is no number, is unscored; promptfoo takes false, and "
        "the score of pass",
        _replies('{"pass": "maybe", "score": 0.5}', '{"pass": 1, "score": 1}', '{"pass": true, "score": "high"}'),
    ),
    Difference(
        "a score of null is a missing one, which is that of pass; promptfoo takes 0",
        _replies('{"pass": true, "score": null}'),
    ),
    Difference(
        "a reply that ends in a number may be cut off, and is unscored", _replies('{"pass": true, "score": 0.8')
    ),
    Difference(
        "Y and N also count in bold and as JSON, and a word that only ends in Y does not",
        lambda sample: (
            _type(sample) == "model-graded-closedqa" and _reply(sample) in ("**Y**", '{"verdict": "Y"}', "EASY")
        ),
    ),
    Difference(
        "promptfoo ignores not- before factuality and model-graded-closedqa",
        lambda sample: _type(sample) in ("not-factuality", "not-model-graded-closedqa"),
    ),
    Difference(
        "a rubricPrompt with tags such as {% if %} is unscored",
        lambda sample: "{%" in json.dumps(sample["assert"]),
    ),
    Difference(
        "llm-rubric without a value or a rubricPrompt is unscored; promptfoo asks with an empty rubric",
        lambda sample: _type(sample) == "llm-rubric" and sample["assert"][0].keys() == {"type"},
    ),
)
DIFFERENT_REQUESTS = (
    DIFFERENT_VERDICTS[-2],
    DIFFERENT_VERDICTS[-1],
    Difference(
        "an answer is given as it is; promptfoo reads JSON in it, and writes it anew",
        lambda sample: sample["answer"].startswith("{"),
    ),
    Difference(
        "all questions of a stage are asked at once; promptfoo stops after the first that fails",
        lambda sample: _type(sample) == "answer-relevance" and _reply(sample) in ("", 400),
    ),
)


@functools.cache
def known() -> tuple[Sample, ...]:
    """Return all samples with promptfoo's requests and verdicts."""
    return tuple(json.loads(_FILE.read_text(encoding="utf-8")))


def concerns(differences: tuple[Difference, ...], sample: Sample) -> bool:
    """Whether a listed difference explains why the result is not that of promptfoo."""
    return any(difference.concerns(sample) for difference in differences)


@functools.cache
def _judged(number: int) -> Judgement:
    sample = known()[number]
    judge = FakeJudge([(text, reply) for text, reply in sample["rules"]], sample.get("vectors"))
    options = {**sample.get("defaults", {}).get("options", {}), **sample["options"]}
    answer = JudgedAnswer(sample["answer"], fill(sample["prompt"], sample["vars"]), sample["vars"])
    asked: list[tuple[str, JudgeQuestion]] = []
    results: list[CheckResult] = []
    for check in (with_options(check_from_json(one), options) for one in sample["assert"]):
        single: list[CheckResult] = []
        for one in single_checks(check):
            before = len(judge.asked)
            single.append(judge.judge(one, answer))
            asked += ((_model(one, question), question) for question in judge.asked[before:])
        result = assembled(check, iter(single), sample["vars"])
        results += [result, *result.parts]
    return Judgement(asked, results)


def judgement(sample: Sample) -> Judgement:
    """Return what we ask about a sample of `known`, and our results."""
    return _judged(known().index(sample))


def _model(check: Check, question: JudgeQuestion) -> str:
    found = named_model(check, question.kind)
    assert found is not None
    return found.name.rpartition(":")[2]


def verdict_problem(sample: Sample) -> str:
    """Return how our results differ from promptfoo's verdicts, "" for not at all."""
    ours = judgement(sample).results
    theirs = sample["verdicts"]
    if len(ours) != len(theirs):
        return f"{len(ours)} results"
    for result, (passed, score) in zip(ours, theirs, strict=True):
        wanted = "unscored" if passed == "error" else "pass" if passed else "fail"
        if result.state != wanted or (wanted != "unscored" and not _close(score, result.score)):
            return f"{result.state} {result.score}: {result.reason}"
    return ""


def request_problem(sample: Sample) -> str:
    """Return how our requests differ in meaning from promptfoo's, "" for not at all.

    They must go to the same models, be as many, contain the same values, and be equal where the prompt is the file's.
    Vectors are asked for at once here; promptfoo asks text by text, and no longer than it has to.
    """
    asked = judgement(sample).asked
    ours = sorted(_described(sample, model, question) for model, question in asked if question.kind == "chat")
    theirs = sorted(
        (one["model"], tuple(one["has"]), json.dumps(one.get("messages"))) for one in sample["requests"] if "has" in one
    )
    if ours != theirs:
        return f"{ours} instead of {theirs}"
    embedded = [(model, question) for model, question in asked if question.kind == "embedding"]
    texts = {(model, text) for model, question in embedded for text in question.texts}
    wanted = {(one["model"], one["text"]) for one in sample["requests"] if "text" in one}
    if not wanted <= texts or len(embedded) > 1 or bool(wanted) != bool(embedded):
        return f"{texts} instead of {wanted}"
    return ""


def _described(sample: Sample, model: str, question: JudgeQuestion) -> tuple[str, tuple[str, ...], str]:
    messages = [{"role": message.role, "content": message.text} for message in question.messages]
    told = "\n".join(message.text for message in question.messages)
    has = tuple(probe for probe in sample["probes"] if probe in told)
    return model, has, json.dumps(messages if "rubricPrompt" in json.dumps(sample) else None)


def shipped_text(kind: str) -> str:
    """Return all text of a shipped judge prompt."""
    return "\n".join(message.text for message in default_content(kind).messages)


def _close(theirs: float | str, ours: float | None) -> bool:
    """Whether two scores are equal; theirs may be outside of 0 and 1."""
    number = float(theirs)
    bounded = 0.0 if math.isnan(number) else min(1.0, max(0.0, number))
    return ours is not None and abs(bounded - ours) < _SAME


def unexplained(problem: Callable[[Sample], str], differences: tuple[Difference, ...]) -> Iterator[str]:
    """Yield a line for each sample with a problem that no difference explains."""
    for sample in known():
        if not concerns(differences, sample) and (found := problem(sample)):
            yield f"{json.dumps(sample)}: {found}"
