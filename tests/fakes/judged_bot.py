"""An order bot of known quality, and judges of known faults: one passes long answers, whatever they say, another also
fails short ones that are right.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from tests.fakes.order_bot import question
from tests.fakes.provider import Reply, Request, stream, usage, usual, whole
from workbench.core.cases import Case, Check
from workbench.core.lanes import Lane
from workbench.host.ids import new_uid

CASES = 30
RUBRIC = Check("llm-rubric", value='"Names the order, and says on which day it arrives."')
MODELS = ("acme-large", "acme-mini")
TERSE = "acme-terse"
"""Of ten cases, it answers three well in few words, three well in more, three badly at length and one badly."""
JUDGE, HARSH = "acme-judge", "acme-harsh"
_GOOD = {"acme-large": 8, "acme-mini": 5}
"""Of ten cases, those that a model answers well. Of the others, two in three answers are long."""
_LONG, _TERSE = 160, 50
"""Characters from which the judges pass an answer; the harsh one passes no other."""
_EVASIVE = (
    "Thank you so much for reaching out to us, dear customer number {}! We completely understand how important your "
    "parcel is to you, and our whole team is doing everything to bring it to your door as soon as we possibly can."
)
_SHORT = "It is on its way."
_RIGHT = "Order {} arrives on Friday.", "Order {} left our warehouse yesterday and arrives on Friday."


def cases(count: int = CASES) -> list[Case]:
    """Return the cases; what the customers ask names the order."""
    return [
        Case(
            new_uid(),
            f"order 77AB12CD{number:02d}",
            (("question", question(number)),),
            expectation=f"Order 77AB12CD{number:02d} arrives on Friday.",
        )
        for number in range(count)
    ]


def columns(endpoint: str) -> tuple[Lane, ...]:
    """Return a column for each model of the server."""
    return tuple(Lane(f"j{number}", endpoint, model) for number, model in enumerate(MODELS))


def is_good(text: str) -> bool:
    """Whether a person finds that an answer meets the requirement."""
    return "77AB12CD" in text and "Friday" in text


def passes(text: str, judge: str = JUDGE) -> bool:
    """Whether a judge passes an answer: good ones, and long ones; the harsh one those with more than a few words."""
    return len(text) >= _TERSE if judge == HARSH else is_good(text) or len(text) >= _LONG


def answer(request: Request) -> Reply:
    """Answer as one of the models, or as the judge of single answers and of pairs."""
    asked = request.body if isinstance(request.body, dict) else {}
    model, messages = str(asked.get("model", "")), asked.get("messages", ())
    said = str(messages[-1]["content"]) if messages else ""
    found = re.search(r"77AB12CD(\d\d)", said)
    if model in (JUDGE, HARSH):
        text = _judged(said, model)
    elif model in (*MODELS, TERSE) and found is not None:
        text = _answered(model, found[0], int(found[1]))
    else:
        return usual(request)
    counted = usage(len(said) // 4, len(text) // 4)
    return stream(text, counted=counted) if asked.get("stream") else whole(text, counted=counted)


def _answered(model: str, order: str, number: int) -> str:
    if model == TERSE and number % 10 < 6:
        return _RIGHT[number % 10 // 3].format(order)
    if model == TERSE:
        return _SHORT if number % 10 == 9 else _EVASIVE.format(number)
    if number * 7 % 10 < _GOOD[model]:
        return _RIGHT[1].format(order)
    return _SHORT if number % 3 == 0 else _EVASIVE.format(number)


def _judged(said: str, judge: str) -> str:
    if answers := _tagged(said, "first", "second"):
        first, second = answers
        better = "equal" if len(first) == len(second) else "first" if len(first) > len(second) else "second"
        return json.dumps({"reason": "The longer answer takes more care of the customer.", "better": better})
    (text,) = _tagged(said, "answer")
    is_pass = passes(text, judge)
    why = "It names the order and the day." if is_good(text) else "It is short and names no day."
    if is_pass != is_good(text):
        why = (
            "It is friendly, detailed and reassuring." if is_pass else "It is short and takes no care of the customer."
        )
    return json.dumps({"reason": why, "pass": is_pass, "score": float(is_pass)})


def _tagged(said: str, *names: str) -> Sequence[str]:
    found = [re.search(rf"<{name}>\n(.*?)\n</{name}>", said, re.DOTALL) for name in names]
    return [one[1] for one in found if one is not None]
