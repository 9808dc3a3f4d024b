"""Cases that a model proposes: the request for them, and reading the answer.

Invariant: an answer is read or refused, never guessed: a value that is not text or a number is not made one, a missing
value is not filled in, and what is left out is said. Cases in a request are tuning cases only: those of the hold-out
are never shown to a model. Sizes are bounded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.core.blocks import OutputFormat
from workbench.core.cases import Case
from workbench.core.content import Content, to_json
from workbench.core.improvement import RecentAnswer
from workbench.core.json_parts import load
from workbench.core.testing.case_identity import asked_values
from workbench.core.text import counted, plural

MOST_WANTED = 50
"""Maximum number of cases in one request."""
MOST_PROPOSED = 200
"""Cases that are read from one answer."""
MOST_SHOWN = 20
"""Existing cases that one request may show."""
LONGEST_VALUE = 100_000
"""Characters of a value or an expectation."""
_LONGEST_SHOWN = 4_000
"""Characters of a value that is shown to a model."""
_LONGEST_SMALL = 200
"""Characters of a text that a small model may write."""
_LONGEST_NAME, _LONGEST_TAG = 200, 60
_LONGEST_ANSWER = 8_000_000
_MOST_NAMED = 3
_THOUGHT = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL | re.IGNORECASE)
_FENCED = re.compile(r"^[ \t]*```[^\n`]*\n(.*?)^[ \t]*```[ \t]*$", re.DOTALL | re.MULTILINE)

EMPTY = "The model sent no text. Ask again, or choose another model."
NO_JSON = (
    "This answer is not the JSON that was asked for, so no cases can be read from it. It is shown below. Ask again, or "
    "choose a more capable model."
)
CUT_OFF = (
    "The answer was cut off before its JSON was complete, so no cases can be read from it. Ask for fewer cases, or "
    "choose a model that writes longer answers."
)
NO_CASES = "This answer is JSON without a list of cases. It is shown below. Ask again, or choose a more capable model."


class CaseProposalError(ValueError):
    """An answer from which no case can be read. The text is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class ProposedCase:
    """A proposed case, whose uid is ""; `is_duplicate`: its values are those of a case, or of an earlier proposal."""

    case: Case
    is_duplicate: bool = False


@dataclass(frozen=True, slots=True)
class ProposedCases:
    """The cases in an answer in order; `notes` are sentences about what was left out."""

    cases: tuple[ProposedCase, ...]
    notes: tuple[str, ...] = ()


def answer_format(variables: Sequence[str], most: int = 0) -> OutputFormat:
    """Return the form of an answer: JSON with a list of cases, each with a value for every variable.

    With `most`, the list and its texts are bounded, for small models, which may repeat themselves without end. Hosted
    ones get no bounds, because some refuse a schema with them.
    """
    text: dict[str, Any] = {"type": "string", "maxLength": _LONGEST_SMALL} if most else {"type": "string"}
    case = {
        "type": "object",
        "properties": {
            "name": text,
            "tag": text,
            "values": {
                "type": "object",
                "properties": dict.fromkeys(variables, text),
                "required": list(variables),
                "additionalProperties": False,
            },
            "expectation": text,
        },
        "required": ["name", "tag", "values", "expectation"],
        "additionalProperties": False,
    }
    schema = {
        "type": "object",
        "properties": {
            "cases": {"type": "array", "items": case, **({"minItems": 1, "maxItems": most} if most else {})}
        },
        "required": ["cases"],
        "additionalProperties": False,
    }
    return OutputFormat("schema", json.dumps(schema, ensure_ascii=False), "cases")


def request_text(
    content: Content,
    variables: Sequence[str],
    count: int,
    wish: str,
    shown: Sequence[Case],
    answers: Sequence[RecentAnswer],
) -> str:
    """Return the request for `count` cases. Raises ValueError if a case of the hold-out is among `shown`."""
    if any(case.held_out for case in shown):
        raise ValueError("a case of the hold-out must not be shown to a model")
    parts = [
        f"The prompt, as JSON:\n\n{_dumped(to_json(content))}",
        f"Its variables: {_dumped(list(variables))}",
    ]
    if shown:
        known = [{"name": case.name, "tag": _tag(case), "values": _opened(case.values)} for case in shown]
        parts.append(f"Some of its cases, which must not be repeated:\n\n{_dumped(known)}")
    if answers:
        got = [{"values": _opened(one.values), "answer": one.text[:_LONGEST_SHOWN]} for one in answers]
        parts.append(f"Answers that it got:\n\n{_dumped(got)}")
    if wish.strip():
        parts.append(f"What the new cases should cover:\n\n{wish.strip()}")
    parts.append(f"Write {counted(count, 'new case')} now, as JSON only.")
    return "\n\n".join(parts)


def read_cases(text: str, variables: Sequence[str], known: Collection[Case], *, is_cut: bool = False) -> ProposedCases:
    """Read the cases in an answer. `is_cut`: the model stopped at a limit. Raises CaseProposalError.

    `known` are all cases of the prompt, those of the hold-out included, to find duplicates.
    """
    found = _listed(text, is_cut=is_cut)
    seen = {asked_values(case) for case in known}
    cases: list[ProposedCase] = []
    wrong: list[str] = []
    for number, one in enumerate(found[:MOST_PROPOSED], start=1):
        case, why = _case(one, variables)
        if case is None:
            wrong.append(f"Case {number}: {why}")
            continue
        asked = asked_values(case)
        cases.append(ProposedCase(case, asked in seen))
        seen.add(asked)
    notes = []
    if wrong:
        more = f" And {len(wrong) - _MOST_NAMED:,} more." if len(wrong) > _MOST_NAMED else ""
        one = plural(len(wrong), "case is", "cases are")
        notes.append(f"{len(wrong):,} {one} left out. {' '.join(wrong[:_MOST_NAMED])}{more}")
    if len(found) > MOST_PROPOSED:
        notes.append(f"Only the first {MOST_PROPOSED} of {len(found):,} cases are listed.")
    if not cases and not wrong:
        raise CaseProposalError("The list of cases in this answer is empty. Ask again, or choose another model.")
    return ProposedCases(tuple(cases), tuple(notes))


def _listed(text: str, *, is_cut: bool) -> list[Any]:
    """Return the list of cases in an answer, which is JSON alone or in one code fence."""
    said = _THOUGHT.sub("", text[:_LONGEST_ANSWER], count=1).strip()
    if not said:
        raise CaseProposalError(CUT_OFF if is_cut else EMPTY)
    fenced = _FENCED.findall(said)
    for candidate in (said, *(fenced if len(fenced) == 1 else ())):
        try:
            # The digits of a number as they were written: an order 0.10 is not 0.1.
            value = load(candidate, parse_int=str, parse_float=str, parse_constant=_refused)
        except (ValueError, RecursionError):
            continue
        found = value.get("cases") if isinstance(value, dict) else value
        if not isinstance(found, list):
            raise CaseProposalError(NO_CASES)
        return found
    raise CaseProposalError(CUT_OFF if is_cut else NO_JSON)


def _case(data: object, variables: Sequence[str]) -> tuple[Case | None, str]:
    """Return a proposed case, or None and why it is none."""
    if not isinstance(data, dict):
        return None, "it is not an object."
    values = data.get("values")
    if not isinstance(values, dict):
        return None, "it has no values."
    for name in variables:
        if name not in values:
            return None, f"it has no value of “{name[:_LONGEST_TAG]}”."
        if not isinstance(values[name], str):
            return None, f"its value of “{name[:_LONGEST_TAG]}” is not text."
        if len(values[name]) > LONGEST_VALUE:
            return None, f"its value of “{name[:_LONGEST_TAG]}” has more than {LONGEST_VALUE:,} characters."
    name, tag, expectation = (data.get(key, "") for key in ("name", "tag", "expectation"))
    if not all(isinstance(one, str) for one in (name, tag, expectation)):
        return None, "its name, tag or expectation is not text."
    if len(expectation) > LONGEST_VALUE:
        return None, f"its expectation has more than {LONGEST_VALUE:,} characters."
    one_line, tag = " ".join(name.split())[:_LONGEST_NAME], " ".join(tag.split())[:_LONGEST_TAG]
    case = Case(
        "",
        one_line,
        tuple((variable, values[variable]) for variable in variables),
        expectation=expectation,
        tags=(tag,) if tag else (),
    )
    return case, ""


def _tag(case: Case) -> str:
    return case.tags[0] if case.tags else ""


def _opened(values: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return values, each shortened to what is shown to a model."""
    return {name: value[:_LONGEST_SHOWN] for name, value in values}


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


def _refused(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")
