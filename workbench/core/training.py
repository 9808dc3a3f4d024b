"""Training rows from judged answers: deduplication, contradictions, and a training and validation split.

Invariant: no row is in both parts of a split, and neither are rows of nearly equal value sets. Everything left out is
counted with its reason. Contradictory judgements produce no row and are listed.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rapidfuzz import fuzz

from workbench.core.blocks import Tool
from workbench.core.runs import AnswerStep

Kind = Literal["chosen", "preference", "label"]
"""Rows of good answers, pairs of a better and a worse one, or answers with thumbs up or down."""
ALIKE = 95.0
"""Minimum similarity (per cent, `rapidfuzz.fuzz.ratio`) of near-duplicate rows."""
AKIN = 90.0
"""Minimum similarity of value sets that must be in the same part of a split."""
_COMPARED = 4000
"""Number of characters of a text that are compared."""
_LONG, _PROBE, _PROBED = 1000, 200, 50.0
"""Texts longer than _LONG are compared only if their first or last _PROBE characters have a similarity of _PROBED per
cent, which takes a tenth of the time."""


@dataclass(frozen=True, slots=True)
class TrainingCall:
    """A tool call; `arguments` is JSON as the model wrote it."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class TrainingTurn:
    """A message. `calls` are an assistant's tool calls; `call_id` and `name` identify the call of a tool's result."""

    role: Literal["system", "user", "assistant", "tool"]
    text: str
    calls: tuple[TrainingCall, ...] = ()
    call_id: str = ""
    name: str = ""


Turns = tuple[TrainingTurn, ...]


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """A prompt with a good answer, or (`label` False) a bad one; `rejected` is a worse answer, () for none.

    `values` is the hash of the value set, `about` its text for display, and `given` those of its values that the prompt
    uses, by which the similarity of two sets is measured.
    """

    output: str
    values: str
    about: str
    prompt: Turns
    completion: Turns
    rejected: Turns = ()
    label: bool = True
    tools: tuple[Tool, ...] = ()
    given: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class VerdictContradiction:
    """An answer judged both better and worse, or both good and bad; `outputs` are the outputs involved."""

    about: str
    answer: str
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrainingSplit:
    """Rows for training and for validation, and the counts of rows left out by reason."""

    train: tuple[TrainingRow, ...]
    validation: tuple[TrainingRow, ...]
    left_out: tuple[tuple[str, int], ...]
    contradictions: tuple[VerdictContradiction, ...]


def turns_of(steps: Sequence[AnswerStep], text: str) -> Turns:
    """Return the messages of an answer: rounds of tool calls with their results, and the final text."""
    turns: list[TrainingTurn] = []
    said, calls = "", list[TrainingCall]()

    def end_round() -> None:
        nonlocal said
        if said or calls:
            turns.append(TrainingTurn("assistant", said, tuple(calls)))
            said = ""
            calls.clear()

    for step in steps:
        match step.kind:
            case "text":
                said += step.text
            case "tool_call":
                calls.append(
                    TrainingCall(step.call_id or f"call_{len(turns)}_{len(calls)}", step.name, step.text or "{}")
                )
            case "tool_result":
                answered = calls[0].id if calls and not step.call_id else step.call_id
                end_round()
                turns.append(TrainingTurn("tool", step.text, (), answered, step.name))
    end_round()
    return tuple(turns) if steps else (TrainingTurn("assistant", text),)


def unwatched() -> None:
    """Do nothing: the default `watch`, which never cancels."""


def prepare(
    rows: Sequence[TrainingRow], kind: Kind, share: float, seed: int = 0, watch: Callable[[], None] = unwatched
) -> TrainingSplit:
    """Split rows for training and validation, without duplicates and contradictions.

    About `share` of the rows, by whole value sets, are for validation. For kind "chosen", rows with `label` False are
    used only to detect contradictions. `watch` is called for every row and may raise to cancel, because comparing many
    rows takes long.
    """
    left_out: Counter[str] = Counter()
    used = [row for row in rows if row.label or kind != "chosen"]
    against = [row for row in rows if not row.label] if kind == "chosen" else []
    sound = [row for row in used if _is_sound(row, kind, left_out)]
    kept, contradictions = _agreed(sound, kind, against)
    left_out["answers judged both better and worse, or good and bad"] += len(sound) - len(kept)
    single = _without_doubles(kept, left_out, watch)
    chosen = _for_validation(single, share, seed, watch)
    return TrainingSplit(
        tuple(row for row in single if row.values not in chosen),
        tuple(row for row in single if row.values in chosen),
        tuple((reason, count) for reason, count in left_out.items() if count),
        contradictions,
    )


def text_of(turns: Iterable[TrainingTurn]) -> str:
    """Return turns as one text, which is independent of the ids of calls."""
    return "\n".join(
        f"{turn.role}: {turn.text}" + "".join(f"\n> {call.name} {_canonical(call.arguments)}" for call in turn.calls)
        for turn in turns
    )


def _canonical(arguments: str) -> str:
    try:
        return json.dumps(json.loads(arguments), sort_keys=True)
    except (ValueError, RecursionError):
        return arguments


def _is_sound(row: TrainingRow, kind: Kind, left_out: Counter[str]) -> bool:
    answers = (row.completion, row.rejected) if kind == "preference" else (row.completion,)
    for turns in answers:
        if not turns or turns[-1].role != "assistant" or not turns[-1].text.strip() or turns[-1].calls:
            left_out["answers that are empty or end in a tool call"] += 1
            return False
        if any(_arguments(call) is None for turn in turns for call in turn.calls):
            left_out["answers with a tool call whose arguments are not a JSON object"] += 1
            return False
    return True


def _arguments(call: TrainingCall) -> dict[str, object] | None:
    try:
        found = json.loads(call.arguments)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


_Key = tuple[str, str]


def _agreed(
    rows: list[TrainingRow], kind: Kind, against: Sequence[TrainingRow] = ()
) -> tuple[list[TrainingRow], tuple[VerdictContradiction, ...]]:
    """Return the rows without contradictory judgements, in `rows` or in `against`, and the contradictions."""
    said: dict[_Key, dict[bool, list[TrainingRow]]] = defaultdict(lambda: defaultdict(list))
    for row in (*rows, *against):
        for key, side in _claims(row, kind):
            said[key][side].append(row)
    both = {key: sides for key, sides in said.items() if len(sides) == 2}
    listed = tuple(
        VerdictContradiction(
            sides[True][0].about,
            text_of(sides[True][0].completion),
            tuple(dict.fromkeys(row.output for side in sides.values() for row in side)),
        )
        for sides in both.values()
    )
    return [row for row in rows if not any(key in both for key, _ in _claims(row, kind))], listed


def _claims(row: TrainingRow, kind: Kind) -> list[tuple[_Key, bool]]:
    """Return the claims of a row: a key for the answers concerned, and the direction of the judgement."""
    prompt, answer = text_of(row.prompt), text_of(row.completion)
    if kind != "preference":
        return [((prompt, answer), row.label)]
    other = text_of(row.rejected)
    return [((prompt, "\0".join(sorted((answer, other)))), answer < other)]


def _without_doubles(rows: list[TrainingRow], left_out: Counter[str], watch: Callable[[], None]) -> list[TrainingRow]:
    kept: list[TrainingRow] = []
    seen: set[tuple[str, str, str, bool]] = set()
    near: dict[tuple[bool, tuple[str, ...]], list[tuple[str, ...]]] = defaultdict(list)
    for row in rows:
        watch()
        texts = text_of(row.prompt), text_of(row.completion), text_of(row.rejected)
        if (*texts, row.label) in seen:
            left_out["duplicates"] += 1
            continue
        seen.add((*texts, row.label))
        # Only rows of equal form are compared: equal roles, and values of equal names.
        form = (row.label, (*(t.role for t in row.prompt), *(name for name, _ in row.given)))
        # The most distinctive part first.
        parts = (texts[1], *(value for _, value in row.given), texts[2], *(turn.text for turn in row.prompt))
        if any(_alike(parts, other) for other in near[form]):
            left_out["near-duplicates"] += 1
            continue
        near[form].append(parts)
        kept.append(row)
    return kept


def _alike(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two rows of equal form are nearly equal in each of their parts.

    The parts are not compared as one text, because a long instruction would hide a different question.
    """
    # A loop, because this runs for every pair of thousands of rows, and a generator takes as long as the comparison.
    for mine, its in zip(one, other, strict=True):  # noqa: SIM110
        if not _near(mine, its, ALIKE):
            return False
    return True


def _near(one: str, other: str, least: float) -> bool:
    if one == other:
        return True
    # The lengths give an upper bound of the similarity.
    mine, its = len(one), len(other)
    shorter = mine if mine < its else its
    if 2 * shorter < (least / 100) * (mine + its):
        return False
    if shorter > _LONG and not (
        _near(one[:_PROBE], other[:_PROBE], _PROBED) or _near(one[-_PROBE:], other[-_PROBE:], _PROBED)
    ):
        return False
    return fuzz.ratio(one[:_COMPARED], other[:_COMPARED], score_cutoff=least) >= least


def _for_validation(rows: list[TrainingRow], share: float, seed: int, watch: Callable[[], None]) -> set[str]:
    """Return the value sets for validation; groups of similar sets stay together."""
    first = {row.values: row for row in rows}
    given = {values: dict(row.given) for values, row in first.items()}
    asked: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        asked[row.values].add(text_of(row.prompt))

    def akin(one: str, other: str) -> bool:
        # Two sets may differ only in values that this prompt does not use.
        if not asked[one].isdisjoint(asked[other]):
            return True
        mine, its = given[one], given[other]
        both = [name for name in mine if name in its]
        if not both:
            return _near(first[one].about, first[other].about, AKIN)
        return all(_near(mine[name], its[name], AKIN) for name in both)

    groups = _groups(list(first), akin, watch)
    if share <= 0 or len(groups) < 2:
        return set()

    def lot(group: list[str]) -> str:
        return hashlib.sha256(f"{seed}:{min(group)}".encode()).hexdigest()

    counts = Counter(row.values for row in rows)

    def size(group: list[str]) -> int:
        return sum(counts[values] for values in group)

    drawn = sorted(groups, key=lot)
    room, chosen = math.ceil(share * len(rows)), set[str]()
    for group in drawn[:-1]:
        if size(group) <= room:
            chosen.update(group)
            room -= size(group)
    if not chosen:
        # All groups are larger than the share; the smallest has at most half of the rows.
        smallest = min(drawn, key=size)
        chosen.update(smallest)
    return chosen


def _groups(items: list[str], akin: Callable[[str, str], bool], watch: Callable[[], None]) -> list[list[str]]:
    """Return the connected components of the items under `akin`."""
    groups: list[list[str]] = []
    for item in items:
        watch()
        near = [group for group in groups if any(akin(item, other) for other in group)]
        joined = [item, *(other for group in near for other in group)]
        groups = [*(group for group in groups if group not in near), joined]
    return groups


def renumbered(turns: Turns) -> Turns:
    """Return turns with new, unique call ids: those of providers carry no information, and some repeat."""
    known: dict[str, str] = {}
    made = []
    for turn in turns:
        calls = []
        for call in turn.calls:
            known[call.id] = f"call_{len(known) + 1}"
            calls.append(replace(call, id=known[call.id]))
        made.append(replace(turn, calls=tuple(calls), call_id=known.get(turn.call_id, turn.call_id)))
    return tuple(made)
