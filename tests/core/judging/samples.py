"""Configurations with judged checks, for which the requests and verdicts of the real promptfoo are known.

`python -m tests.core.judging.samples` prints one a line; `promptfoo_judgements.mjs` runs each with a fake judge and
adds what promptfoo asked it, and the verdicts. The result is `promptfoo_judgements.json`: the tests need no Node.

A sample is a prompt, an answer, a test with its checks and options, and rules of the fake judge: the reply to a request
is that of the first rule whose text is in it. A reply that is a number is the status of a failed call. `probes` are
texts that may be in a request.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

Sample = dict[str, Any]
Rule = tuple[str, Any]

QUESTION = "When does the parcel arrive?"
ANSWER = "Your parcel arrives on Friday."
DAY = {"question": QUESTION, "day": "Friday"}
JUDGE = "openai:chat:judge-a"


def one(kind: str, value: Any = None, /, *rules: Rule | str | int, **more: Any) -> Sample:
    """Return a sample of one check. A rule that is only a reply is for every request; `more` are keys of the check, and
    with an underscore in front those of the sample.
    """
    check: dict[str, Any] = {"type": kind}
    if value is not None:
        check["value"] = value
    check |= {key: item for key, item in more.items() if not key.startswith("_")}
    sample: Sample = {
        "prompt": "{{question}}",
        "answer": ANSWER,
        "vars": {"question": QUESTION},
        "assert": [check],
        "options": {"provider": JUDGE},
        "rules": [["", rule] if isinstance(rule, str | int) else list(rule) for rule in rules],
    }
    sample |= {key[1:]: item for key, item in more.items() if key.startswith("_")}
    return sample | {"probes": _probes(sample)}


def _probes(sample: Sample) -> list[str]:
    """Return the texts that a request may contain: the answer, values of checks and variables."""
    texts = [sample["answer"], *sample["vars"].values()]
    for check in sample["assert"]:
        value = check.get("value")
        texts += value if isinstance(value, list) else value.values() if isinstance(value, dict) else [value]
    return list(dict.fromkeys(text for text in texts if isinstance(text, str) and "{{" not in text and text != "?"))


def _reply(**data: Any) -> str:
    return json.dumps(data)


def rubric_samples() -> Iterator[Sample]:
    """Yield replies of many forms, thresholds, negation, values and prompts of llm-rubric."""
    polite = "is polite"
    yes, no = _reply(reason="fine", **{"pass": True}, score=1.0), _reply(reason="rude", **{"pass": False}, score=0.0)
    replies = [
        yes,
        no,
        _reply(**{"pass": True}, score=0.3, reason="so so"),
        _reply(**{"pass": False}, score=0.9, reason="almost"),
        _reply(**{"pass": True}),
        _reply(**{"pass": False}),
        _reply(score=0.8),
        _reply(score=0.2, reason="weak"),
        _reply(score=0),
        _reply(**{"pass": "true"}, score="0.7"),
        _reply(**{"pass": "False"}, score="0.1"),
        _reply(**{"pass": "Yes"}, score=1),
        _reply(**{"pass": "no"}),
        _reply(**{"pass": None}, score=0.6),
        _reply(**{"pass": True}, score=7),
        _reply(**{"pass": True}, score=-1),
        f"Here is my verdict.\n\n```json\n{yes}\n```\nThat is all.",
        f"The answer is fine. {no} I am sure.",
        "{pass: true, score: 0.6, reason: 'single quotes',}",
        "{'pass': True, 'score': 0.4, 'reason': 'Python'}",
        '{"pass": true, // a comment\n "score": 0.9}',
        '{"reason": "a line\nbreak", "pass": false, "score": 0.2}',
        '{"pass": false, "reason": "not closed"',
        f"[{yes}]",
        # Where promptfoo takes a guess, or reads something else.
        "The answer is polite.",
        "",
        "PASS",
        _reply(reason="no verdict at all"),
        "The {answer} is bad. " + no,
        f"The answer contains {yes}, which is not mine. {no}",
        '{"reason": "a } brace", "pass": false, "score": 0}',
        _reply(**{"pass": "maybe"}, score=0.5),
        _reply(**{"pass": 1}, score=1),
        _reply(**{"pass": True}, score="high"),
        _reply(**{"pass": True}, score=None),
        _reply(result={"pass": False}),
        '{"pass": true, "score": 0.8',
        '<think>Perhaps {"pass": false}?</think>' + yes,
    ]
    for text in replies:
        yield one("llm-rubric", polite, text)
        yield one("not-llm-rubric", polite, text)
    for score in (0.5, 0.49, 4):
        for kind in ("llm-rubric", "not-llm-rubric"):
            yield one(kind, polite, _reply(**{"pass": True}, score=score), threshold=0.5)
    yield one("llm-rubric", polite, _reply(**{"pass": False}, score=0.9), threshold=0.5)
    yield one("llm-rubric", polite, _reply(score=0.9), threshold=0.5)
    yield one("llm-rubric", polite, _reply(score=0.1), threshold=0.5)
    yield one("llm-rubric", polite, _reply(**{"pass": True}), threshold=0.5)
    yield one("llm-rubric", polite, _reply(**{"pass": True}, score=4), threshold=4.5)
    yield one("llm-rubric", polite, no, weight=0)
    yield one("llm-rubric", polite, 400)
    yield one("not-llm-rubric", polite, 400)
    # Which values are in the request decides the reply.
    by_answer = [("arrives on Friday", yes), ("", no)]
    yield one("llm-rubric", polite, *by_answer)
    yield one("llm-rubric", polite, *by_answer, _answer="Wait.")
    yield one(
        "llm-rubric", "mentions {{day}}", ("mentions Friday", yes), no, _vars={"question": QUESTION, "day": "Friday"}
    )
    yield one("llm-rubric", "mentions {{ day | upper }}", ("FRIDAY", yes), no, _vars={"question": "?", "day": "Friday"})
    yield one("llm-rubric", {"tone": "polite", "length": 3}, ("polite", yes), no)
    yield one("llm-rubric", ["is polite", "is {{n}} lines"], ("3 lines", yes), no, _vars={"question": "?", "n": "3"})
    yield one("llm-rubric", polite, (QUESTION, no), yes)
    yield one("llm-rubric", polite, ('"sum"', yes), no, _answer='{"sum": 3}')
    yield one("llm-rubric", 5, yes)
    yield one("llm-rubric", None, yes)
    # Prompts and models.
    grade = "Grade <{{output}}> by <{{ rubric }}>."
    yield one("llm-rubric", polite, ("Grade <Your parcel", yes), no, rubricPrompt=grade)
    yield one(
        "llm-rubric", polite, ("Grade <Your parcel", yes), no, _options={"provider": JUDGE, "rubricPrompt": grade}
    )
    yield one(
        "llm-rubric",
        polite,
        ("Grade <Your parcel", yes),
        no,
        rubricPrompt=grade,
        _options={"provider": JUDGE, "rubricPrompt": "Another one"},
    )
    messages = [
        {"role": "system", "content": "You grade {{day | lower}}."},
        {"role": "user", "content": "{{output}} | {{rubric}}"},
    ]
    day = {"question": QUESTION, "day": "FRIDAY", "output": "not this one"}
    yield one("llm-rubric", polite, ("You grade friday.", yes), no, rubricPrompt=messages, _vars=day)
    yield one("llm-rubric", polite, ("You grade friday.", yes), no, rubricPrompt=json.dumps(messages), _vars=day)
    yield one(
        "llm-rubric",
        polite,
        ("Friday. | is", yes),
        no,
        rubricPrompt="- role: user\n  content: '{{output}} | {{rubric}}'",
    )
    yield one("llm-rubric", None, ("Is it short? Your", yes), no, rubricPrompt="Is it short? {{output}}")
    yield one("llm-rubric", polite, yes, rubricPrompt="{% if output %}{{output}}{% endif %}")
    yield one("llm-rubric", polite, yes, provider="openai:chat:judge-b")
    yield one("llm-rubric", polite, yes, provider={"id": "openai:chat:judge-c", "config": {"temperature": 0.5}})
    yield one("llm-rubric", polite, yes, provider={"text": "openai:chat:judge-d", "embedding": "openai:embedding:e"})
    yield one("llm-rubric", polite, yes, _options={}, _defaults={"options": {"provider": "openai:chat:judge-e"}})
    yield one(
        "llm-rubric",
        polite,
        ("Default <Your", yes),
        no,
        _options={},
        _defaults={
            "options": {"provider": {"text": {"id": "openai:chat:judge-f"}}, "rubricPrompt": "Default <{{output}}>"}
        },
    )
    yield one("llm-rubric", polite, yes, _prompt='[{"role": "user", "content": "{{question}}"}]')
    both = one("llm-rubric", polite, ("is polite", yes), no)
    yield both | {"assert": [*both["assert"], {"type": "llm-rubric", "value": "is long", "metric": "Length"}]}
    two = [{"type": "llm-rubric", "value": "is long"}, {"type": "llm-rubric", "value": polite, "weight": 3}]
    yield both | {"assert": [{"type": "assert-set", "threshold": 0.5, "assert": two}]}


def factuality_samples() -> Iterator[Sample]:
    """Yield categories in many forms, and scores of categories."""
    ideal = "The parcel arrives on Friday."
    for letter in "ABCDE":
        yield one("factuality", ideal, _reply(category=letter, reason=f"because {letter}"))
    yield one("model-graded-factuality", ideal, _reply(category="B"))
    yield one("not-factuality", ideal, _reply(category="A", reason="less"))
    yield one("not-factuality", ideal, _reply(category="D", reason="wrong"))
    replies = [
        _reply(category=" c "),
        _reply(category="d", reason=" spaces "),
        f"```json\n{_reply(category='D', reason='x')}\n```",
        "{category: 'B', reason: plain}",
        "(A) It says less than the reference.",
        "(D)",
        "b) more than the reference",
        "Let me think.\n(D) They disagree.",
        # Where promptfoo fails or takes a guess.
        _reply(category="F"),
        _reply(category="A and B"),
        _reply(category=1),
        _reply(reason="no category"),
        "They agree.",
        "",
        "They are (more or less) the same",
        "It is not (D), it is (A).",
        f"{_reply(category='A')} or {_reply(category='D')}",
    ]
    for text in replies:
        yield one("factuality", ideal, text)
    scores = {"subset": 0.5, "superset": 0, "agree": 1, "disagree": 0.1, "differButFactual": 0.9}
    for letter in "ABCDE":
        yield one("factuality", ideal, _reply(category=letter), _options={"provider": JUDGE, "factuality": scores})
    yield one("factuality", ideal, _reply(category="B"), _defaults={"options": {"factuality": {"superset": 0}}})
    yield one("factuality", ideal, _reply(category="A"), threshold=2)
    yield one("factuality", ideal, _reply(category="D"), weight=0)
    yield one("factuality", ideal, 400)
    good, bad = _reply(category="C"), _reply(category="D")
    yield one("factuality", "on {{day}}", ("on Friday", good), bad, _vars=DAY)
    yield one("factuality", ideal, ("When does the parcel arrive", good), bad)
    yield one("factuality", ideal, ("Your parcel arrives", good), bad)
    yield one("factuality", ideal, ("Your parcel arrives", good), bad, _answer="It is lost.")
    yield one("factuality", ["a", "b"], good)
    prompt = "{{input}} / {{ideal}} / {{completion}} / {{output}}"
    mine = {"question": QUESTION, "output": "mine"}
    yield one(
        "factuality",
        ideal,
        ("Friday. / Your parcel arrives on Friday. / mine", good),
        bad,
        rubricPrompt=prompt,
        _vars=mine,
    )
    yield one(
        "factuality", ideal, good, provider="openai:chat:judge-b", rubricPrompt=[{"role": "user", "content": prompt}]
    )


def criterion_samples() -> Iterator[Sample]:
    """Yield replies of model-graded-closedqa."""
    replies = [
        "It names a day.\nY\nY",
        "It does not.\nN",
        "Y",
        "N  \n",
        "**Y**",
        "The answer is Y.",
        "EASY",
        "y",
        "",
        "Yes",
        _reply(verdict="Y"),
    ]
    for text in replies:
        yield one("model-graded-closedqa", "names a day", text)
    yield one("not-model-graded-closedqa", "names a day", "Y")
    yield one("not-model-graded-closedqa", "names a day", "N")
    yield one("model-graded-closedqa", "names a day", "N", weight=0)
    yield one(
        "model-graded-closedqa", "names {{day}}", ("names Friday", "Y"), "N", _vars={"question": "?", "day": "Friday"}
    )
    yield one("model-graded-closedqa", "names a day", ("parcel arrive?", "Y"), "N")
    prompt = "{{input}} / {{criteria}} / {{completion}}"
    yield one("model-graded-closedqa", "names a day", ("arrive? / names a day / Your", "Y"), "N", rubricPrompt=prompt)
    yield one("model-graded-closedqa", None, "Y")


BOTH = {"text": JUDGE, "embedding": "openai:embedding:vectors"}
VECTORS = {
    ANSWER: [1.0, 0.0],
    "same": [1.0, 0.0],
    "near": [0.8, 0.6],
    "edge": [0.75, 0.6614378277661477],
    "far": [0.0, 1.0],
    "opposite": [-1.0, 0.0],
    "long": [2.0, 1.0],
    "zero": [0.0, 0.0],
    QUESTION: [1.0, 0.0],
}


def vector_samples() -> Iterator[Sample]:
    """Yield similarities and relevance."""
    more: dict[str, Any] = {"_options": {"provider": BOTH}, "_vectors": VECTORS}
    for kind in ("similar", "similar:cosine", "similar:dot", "similar:euclidean"):
        for value in ("same", "near", "far", "opposite", "long", "zero"):
            for name in (kind, f"not-{kind}"):
                yield one(name, value, **more)
        for values in (["far", "near", "same"], ["far", "opposite"], ["opposite", "far", "zero"]):
            for name in (kind, f"not-{kind}"):
                yield one(name, values, **more)
    yield one("similar", "near", threshold=0.9, **more)
    yield one("similar", "near", threshold=0.8, **more)
    yield one("not-similar", "near", threshold=0.8, **more)
    yield one("similar:euclidean", "near", threshold=0.2, **more)
    yield one("similar", "{{which}}", **more, _vars={"question": QUESTION, "which": "near"})
    yield one("similar", [], **more)
    yield one("similar", 5, **more)
    yield one("similar", "far", **more, weight=0)
    for text in ("near", "far", "same"):
        for name in ("answer-relevance", "not-answer-relevance"):
            yield one(name, None, text, **more)
    yield one("answer-relevance", None, "near", threshold=0.9, **more)
    yield one("answer-relevance", None, "near", **more, _vars={"question": QUESTION, "query": "far"})
    yield one("answer-relevance", None, "", **more)
    yield one("answer-relevance", None, ("Ask <Your parcel", "near"), "far", rubricPrompt="Ask <{{answer}}>", **more)
    yield one("answer-relevance", None, 400, **more)


def samples() -> list[Sample]:
    """Return all samples, in a fixed order."""
    return [*rubric_samples(), *factuality_samples(), *criterion_samples(), *vector_samples()]


if __name__ == "__main__":
    sys.stdout.writelines(f"{json.dumps(sample)}\n" for sample in samples())
