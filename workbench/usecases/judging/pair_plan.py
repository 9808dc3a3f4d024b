"""Which pairs of answers a judge can compare, what it is told of them, and what that costs.

Invariant: only answers that people see are paired, to the same values and with different texts. Pairs that a person
compared come first, because only they show how far the judge can be trusted; one that this judge has compared by this
criterion is left out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations

from workbench.core.content import Content
from workbench.core.forecast import AmountSpan, show_span
from workbench.core.judging.questions import JudgedAnswer, JudgeQuestion
from workbench.core.lanes import Lane
from workbench.core.rendered_content import fill_plain
from workbench.core.text import counted
from workbench.store import Store
from workbench.store.judging.judge_pairs import StoredJudgePair
from workbench.store.judging.records import JudgeVersion
from workbench.store.runs.ranking_queries import StoredAnswer, StoredVerdict
from workbench.usecases.judging.judge_models import OWN_ANSWERS

MOST_PAIRS = 50
"""Pairs of one start: twice as many calls."""
DEFAULT_PAIRS = 24
"""More than the pairs that are needed to measure the agreement."""
DEFAULT_CRITERION = "Which answer serves the request better: correct, complete, and in the form asked for?"


@dataclass(frozen=True, slots=True)
class JudgeChoice:
    """Which judge compares: its lane, None before one is chosen, the criterion, and at most how many pairs."""

    lane: Lane | None
    criterion: str = DEFAULT_CRITERION
    pairs: int = DEFAULT_PAIRS


@dataclass(frozen=True, slots=True)
class PlannedPair:
    """Two answers by uid, what the judge is told of them, and the question in both orders."""

    first: str
    second: str
    answer: JudgedAnswer
    questions: tuple[JudgeQuestion, ...]


@dataclass(frozen=True, slots=True)
class PairPlan:
    """What a start would ask. `cost` is in dollars, None if unknown. `problem` says why nothing can be asked.

    `shared` of the planned pairs were compared by a person.
    """

    prompt_uid: str
    choice: JudgeChoice
    pairs: tuple[PlannedPair, ...] = ()
    shared: int = 0
    version: JudgeVersion | None = None
    cost: AmountSpan | None = None
    is_free: bool = False
    problem: str = ""
    own: bool = False
    """Whether the judge wrote some of the answers."""

    @property
    def offer(self) -> str:
        """The button that starts it, such as "Let gpt-5-mini compare 24 pairs, about $0.0040–0.0060"."""
        lane = self.choice.lane
        if lane is None or not self.pairs:
            return "Let a judge compare pairs…"
        return f"Let {lane.title} compare {counted(len(self.pairs), 'pair')}, {self.price}"

    @property
    def price(self) -> str:
        """The cost in words."""
        return "free" if self.is_free else "cost unknown" if self.cost is None else f"about {show_span(self.cost)}"

    @property
    def words(self) -> str:
        """What a start takes and is good for, or why there is none."""
        if self.problem or not self.pairs:
            return self.problem
        calls = f"{counted(2 * len(self.pairs), 'call')}, {self.price}: each pair is asked in both orders."
        own = f" {OWN_ANSWERS}" if self.own else ""
        if not self.shared:
            return f"{calls} You compared none of these pairs, so that they do not measure the judge.{own}"
        return f"{calls} You compared {self.shared:,} of these pairs, which measures the judge.{own}"


def candidates(
    store: Store, prompt_uid: str, lane: Lane, criterion: str, version: JudgeVersion
) -> tuple[list[tuple[StoredAnswer, StoredAnswer]], int]:
    """Return pairs that this judge has not compared, and how many of them, which come first, a person compared."""
    answers = store.judgements.answers(prompt_uid)
    by_uid = {answer.uid: answer for answer in answers}
    done = {
        frozenset(output.uid for output in one.verdict.outputs)
        for one in store.judges.pairs(prompt_uid)
        if _is_by(one, lane, criterion, version)
    }
    texts = _equal_sized(store, answers)

    def is_different(one: str, other: str) -> bool:
        return one not in texts or texts[one] != texts.get(other)

    people = store.judgements.verdicts(prompt_uid)
    shared = [
        (by_uid[one], by_uid[other])
        for verdict in reversed(people)
        for one, other in _compared(verdict)
        if one in by_uid and other in by_uid and is_different(one, other)
    ]
    others = [
        (one, other)
        for group in _by_values(answers)
        for one, other in combinations(group, 2)
        if one.who != other.who and is_different(one.uid, other.uid)
    ]
    # In an order that favours nothing, and is the same each time.
    others.sort(key=lambda pair: sha256(f"{pair[0].uid} {pair[1].uid}".encode()).digest())
    found: dict[frozenset[str], tuple[StoredAnswer, StoredAnswer]] = {}
    for one, other in shared:
        found.setdefault(frozenset((one.uid, other.uid)), (one, other))
    first = sum(key not in done for key in found)
    for one, other in others:
        found.setdefault(frozenset((one.uid, other.uid)), (one, other))
    return [pair for key, pair in found.items() if key not in done], first


def _equal_sized(store: Store, answers: Sequence[StoredAnswer]) -> dict[str, bytes]:
    """Return a digest of each answer that has the same size and values as another one."""
    alike: dict[tuple[str, int], list[str]] = {}
    for answer in answers:
        alike.setdefault((answer.values, answer.size), []).append(answer.uid)
    return store.judgements.digests([uid for uids in alike.values() if len(uids) > 1 for uid in uids])


class PairTexts:
    """Reads what a judge is told of two answers: the request and both texts."""

    def __init__(self, store: Store, prompt_uid: str) -> None:
        self._store, self._prompt = store, prompt_uid
        self._contents: dict[int, Content] = {}

    def judged(self, first: StoredAnswer, second: StoredAnswer) -> JudgedAnswer:
        """Return the first answer, with the second as its baseline. Raises StoreError."""
        one, other = (self._store.judgements.text(answer.uid) for answer in (first, second))
        request = self._request(first, second, one.values)
        return JudgedAnswer(one.text, request, dict(one.values), "", other.text)

    def _request(self, first: StoredAnswer, second: StoredAnswer, values: tuple[tuple[str, str], ...]) -> str:
        """Return the request in words.

        Of answers of two versions only the values, because the prompt of one of them would favour its answer. Without
        values, the prompt of the newer version.
        """
        newest = self._content(max(first.who.version, second.who.version))
        if values and first.who.version != second.who.version:
            return "\n\n".join(f"{name}: {value}" for name, value in values)
        if newest.template == "plain":
            messages = fill_plain(newest, dict(values)).messages
            return "\n\n".join(f"{message.role}: {message.text}" for message in messages)
        given = [f"{message.role}: {message.text}" for message in newest.messages]
        return "\n\n".join([*given, *(f"{name}: {value}" for name, value in values)])

    def _content(self, version: int) -> Content:
        if version not in self._contents:
            self._contents[version] = self._store.version(self._prompt, version).content
        return self._contents[version]


def _is_by(pair: StoredJudgePair, lane: Lane, criterion: str, version: JudgeVersion) -> bool:
    judge = pair.judge
    here = judge.endpoint, judge.model, judge.version, judge.criterion
    if here != (lane.endpoint, lane.model, version.number, criterion):
        return False
    try:
        return bool(json.loads(judge.params) == lane.params.to_json())
    except ValueError:
        return False


def _compared(verdict: StoredVerdict) -> list[tuple[str, str]]:
    """Return the pairs of answers that a verdict compares; it does not compare two losers."""
    return [
        (one.uid, other.uid)
        for one, other in combinations(verdict.outputs, 2)
        if 1 in (one.place, other.place) and verdict.kind != "all_bad"
    ]


def _by_values(answers: Sequence[StoredAnswer]) -> list[list[StoredAnswer]]:
    """Group answers by values, of each answerer the newest to the same values."""
    groups: dict[str, dict[object, StoredAnswer]] = {}
    for answer in answers:
        groups.setdefault(answer.values, {}).setdefault(answer.who, answer)
    return [list(group.values()) for group in groups.values()]
