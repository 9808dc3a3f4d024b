"""The judging queue: blind pairs of answers, chosen to connect the ranked entrants first, and the verdicts on them.

Invariant: a shown pair does not reveal the models. A verdict is stored in the order in which the answers were shown,
belongs to no run, and undo adds a row that revokes it. This module imports numpy, so import it only when judging
starts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from itertools import combinations, islice, product

from workbench.core.content import ROLE_NAMES
from workbench.core.ranking.davidson import DavidsonFit, covariance, fit
from workbench.core.ranking.evidence import Floats
from workbench.core.ranking.judgements import Judgement, compare
from workbench.core.ranking.pairs import OutputPair, PairOption, PairQueue, believe, connect, queue, take, unbelieving
from workbench.core.ranking.verdict_bias import Relation, VerdictAgreement, relations
from workbench.store import Store, StoreError
from workbench.store.runs.ranking_queries import Answerer, StoredAnswer, StoredOutput, StoredVerdict, VerdictKind, place
from workbench.usecases.entrants import entrant, judgement_of, maker, names
from workbench.usecases.ranking_result import Grouping

OF_EACH = 4
"""Newest answers of an entrant to the same values that are paired: more would add little information."""
MOST_PAIRS = 10_000
MOST_ENTRANTS = 300
"""Maximum of entrants in a session, those of the newest answers: fitting the strengths of thousands takes minutes, and
nobody judges so many pairs."""
KEPT = 20
"""Number of judged pairs whose texts are kept for undo; older ones are read again on demand."""
GROWN = 20
"""Strengths are fitted again after every verdict, or after a twentieth of the number of verdicts or entrants: fewer
change little, and the queue counts each pair it returns as judged."""


@dataclass(frozen=True, slots=True)
class ShownPair:
    """A pair as shown: two texts and their values.

    `source` is the queue before the pair was taken, without beliefs; None if the texts were read again.
    """

    pair: OutputPair
    left: str
    right: str
    values: tuple[tuple[str, str], ...]
    source: PairQueue | None = None


@dataclass(frozen=True, slots=True)
class SessionVerdict:
    """A verdict of this session, with the uid of its row. `stayed` is None for a pair that was not judged before.

    `winner` is 1 for the left answer, 2 for the right one, and 0 without a winner.
    """

    uid: str
    pair: OutputPair
    kind: VerdictKind
    winner: int
    verdict: Judgement
    stayed: bool | None
    shown: ShownPair | None


@dataclass(frozen=True, slots=True)
class SkippedPair:
    """A pair that was skipped."""

    shown: ShownPair


@dataclass(frozen=True, slots=True)
class UndoneJudgement:
    """An undone verdict or skip: its pair, the shown texts if they are kept, and the future of storing the undo.

    `said` is the verdict, None for a skip, of which nothing is stored. `place` is its position in the session, from 0.
    """

    pair: OutputPair
    shown: ShownPair | None
    place: int
    said: SessionVerdict | None = None
    stored: Future[None] | None = None


@dataclass(frozen=True, slots=True)
class FittedBeliefs:
    """Strengths fitted to the verdicts with these uids and to those from before the session."""

    fit: DavidsonFit
    covariances: Floats
    learnt: frozenset[str]


class JudgingSession:
    """A judging session over the answers of a prompt. The constructor, `prepare`, `read` and `learn` block.

    `prepare` and `learn` may run on threads of their own, one call of each at a time.
    """

    def __init__(
        self,
        store: Store,
        prompt_uid: str,
        new_uid: Callable[[], str],
        now: Callable[[], str],
        grouping: Grouping = "both",
    ) -> None:
        """Read the history and order the pairs for a ranking of this grouping. Raises StoreError.

        Answers of the same entrant are never paired. If models are ranked over all prompts, verdicts of all prompts
        connect them, but only answers to this prompt are paired.
        """
        self._store, self._new_uid, self._now = store, new_uid, now
        stored = store.judgements.verdicts(None if grouping == "everywhere" else prompt_uid)
        answers = store.judgements.answers(prompt_uid)
        makers = {one.who for one in answers} | {one.who for verdict in stored for one in verdict.outputs}
        self._maker, _ = maker(store, prompt_uid, grouping, makers)
        before = [judgement_of(verdict, self._maker) for verdict in stored]
        # Keep little of the possibly many verdicts: the garbage collector visits every object.
        self._last = {pair: said for verdict in before for pair, said in relations(verdict).items()}
        self._known = compare(before)
        self._answers = {answer.uid: answer for answer in answers}
        texts = equal_texts(store, answers)
        candidates = few(pairs(answers, before, self._maker, grouping, texts))
        self.pairs = len(candidates)
        """Number of pairs to judge."""
        endpoints = {one.uid: one.name for one in store.endpoints()} if answers else {}
        called = store.version_names(prompt_uid) if answers else {}
        self._titles = names({one.who for one in answers}, "both", endpoints, called)
        self._prompt = prompt_uid
        self._done: list[SessionVerdict | SkippedPair] = []
        self._waiting: dict[int, OutputPair] = {}
        self._learnt = 0
        self._news: FittedBeliefs | None = None
        self._rewound: PairQueue | None = None
        self._names = sorted({name for pair in candidates for name in (pair.first_entrant, pair.second_entrant)})
        if len(met := {*self._names, *self._known.entrants}) > MOST_ENTRANTS:
            met = set(self._names)
            items = tuple(one for one in self._known.items if one.first in met and one.second in met)
            self._known = replace(self._known, items=items)
        if self._names:
            fitted = fit(self._known, also=self._names)
            self._beliefs = FittedBeliefs(fitted, covariance(self._known, fitted), frozenset())
            self._queue = queue(candidates, fitted, self._beliefs.covariances, seed=len(stored))

    def prepare(self) -> ShownPair | None:
        """Return the next pair with its texts, None if none is left. Raises StoreError."""
        if not self._names:
            return None
        done, waiting = tuple(self._done), tuple(self._waiting.values())
        said = _verdicts(done)
        rewound, self._rewound = self._rewound, None
        news, self._news = self._news, None
        if rewound is not None or news is not None:
            self._beliefs = beliefs = news or self._beliefs
            later = [one.pair for one in said if one.uid not in beliefs.learnt]
            given = [pair.candidate for pair in (*later, *waiting) if not pair.again]
            self._queue = believe(rewound or self._queue, beliefs.fit, beliefs.covariances, given)
        # Pairs that were judged all bad, skipped or undone connect no entrants.
        connecting = (*(one.pair for one in said if one.kind != "all_bad"), *waiting)
        links = [(pair.candidate.first_entrant, pair.candidate.second_entrant) for pair in connecting]
        skipped = {one.shown.pair.candidate.key for one in done if isinstance(one, SkippedPair)}
        while True:
            source = connect(self._queue, links, skipped)
            pair, self._queue = take(source)
            if pair is None:
                return None
            try:
                shown = self.read(pair)
            except StoreError as error:
                # Another process deleted an answer of this pair, so take the next one.
                if error.code != "missing":
                    raise
                continue
            self._waiting[id(pair)] = pair
            return replace(shown, source=unbelieving(source))

    def drop(self, ahead: Sequence[ShownPair]) -> None:
        """Return prepared but unjudged pairs to the queue, because the verdicts they were chosen after were undone.

        They must be the last ones taken from the queue, and `prepare` must not be running.
        """
        for shown in ahead:
            self._waiting.pop(id(shown.pair), None)
        sources = [shown.source for shown in ahead if shown.source is not None]
        if self._rewound is not None:
            sources.append(self._rewound)
        self._rewound = min(sources, key=lambda one: one.taken, default=None)

    def read(self, pair: OutputPair) -> ShownPair:
        """Return a pair with its texts; blocks. Raises StoreError."""
        left, right = self._store.judgements.text(pair.left), self._store.judgements.text(pair.right)
        return ShownPair(pair, left.text, right.text, left.values)

    @property
    def wants_to_learn(self) -> bool:
        """Whether enough verdicts changed since the strengths were fitted."""
        many = max(self._known.comparing + self.judged, len(self._names))
        return abs(self.judged - self._learnt) >= max(1, many // GROWN)

    def learn(self) -> None:
        """Fit the strengths to the verdicts; applies to pairs prepared from now on."""
        said = self._said
        self._learnt = len(said)
        # A pair judged again counts twice here, which changes no result for pairs that are drawn.
        news = compare(one.verdict for one in said)
        comparisons = replace(self._known, items=(*self._known.items, *news.items))
        fitted = fit(comparisons, also=self._names)
        self._news = FittedBeliefs(fitted, covariance(comparisons, fitted), frozenset(one.uid for one in said))

    def prompt_text(self) -> str:
        """Return the messages of the newest version with their roles, the same for every pair; blocks.

        Reveals nothing about the makers, as the answers of a pair may be to other versions. Raises StoreError.
        """
        numbers = self._store.version_numbers(self._prompt)
        if not numbers:
            return ""
        content = self._store.version(self._prompt, numbers[0]).content
        return "\n\n".join(f"{ROLE_NAMES[one.role]}\n{one.text}" for one in content.messages if one.text)

    def who(self, pair: OutputPair) -> tuple[str, str]:
        """Return the names of the makers of the left and the right answer."""
        left, right = (self._titles[entrant(self._answers[uid].who, "both")] for uid in (pair.left, pair.right))
        return left, right

    def judge(self, shown: ShownPair, kind: VerdictKind, winner: int = 0) -> Future[None]:
        """Store a verdict on a pair; `winner` is 1 for the left answer, 2 for the right one, 0 for none."""
        outputs = (shown.pair.left, shown.pair.right)
        won = outputs[winner - 1] if kind == "winner" else ""
        verdict = self._verdict(outputs, kind, won)
        uid = self._new_uid()
        ((pair, said),) = relations(verdict).items()
        before = self._latest(pair)
        stayed = None if before is None else before == said
        self._done.append(SessionVerdict(uid, shown.pair, kind, winner, verdict, stayed, shown))
        self._waiting.pop(id(shown.pair), None)
        kept = [
            place for place, one in enumerate(self._done) if isinstance(one, SessionVerdict) and one.shown is not None
        ]
        if len(kept) > KEPT:
            oldest = self._done[kept[0]]
            assert isinstance(oldest, SessionVerdict)
            self._done[kept[0]] = replace(oldest, shown=None)
        return self._store.judgements.judge(uid, kind, outputs, won, self._now(), blind=True)

    def skip(self, shown: ShownPair) -> None:
        """Exclude this pair from the rest of the session."""
        self._done.append(SkippedPair(shown))
        self._waiting.pop(id(shown.pair), None)

    @property
    def can_undo(self) -> bool:
        """Whether a verdict or a skip of this session can be undone."""
        return bool(self._done)

    def undo(self) -> UndoneJudgement | None:
        """Undo the last verdict or skip of this session; return None if there is none."""
        if not self._done:
            return None
        last, place = self._done.pop(), len(self._done)
        if isinstance(last, SkippedPair):
            self._waiting[id(last.shown.pair)] = last.shown.pair
            return UndoneJudgement(last.shown.pair, last.shown, place)
        self._waiting[id(last.pair)] = last.pair
        stored = self._store.judgements.take_back(last.uid, self._new_uid(), self._now())
        return UndoneJudgement(last.pair, last.shown, place, last, stored)

    def restore(self, undone: UndoneJudgement) -> None:
        """Count an undone verdict again, because storing the undo failed."""
        if undone.said is not None:
            self._done.insert(undone.place, undone.said)
            self._waiting.pop(id(undone.pair), None)

    def forget(self, shown: ShownPair) -> None:
        """Stop counting the verdict on this pair, because storing it failed."""
        self._done = [one for one in self._done if isinstance(one, SkippedPair) or one.pair is not shown.pair]

    @property
    def judged(self) -> int:
        """Number of verdicts in this session."""
        return len(self._said)

    @property
    def _said(self) -> list[SessionVerdict]:
        return _verdicts(tuple(self._done))

    @property
    def consistency(self) -> VerdictAgreement:
        """How often a repeated pair got the same verdict in this session."""
        repeats = [one.stayed for one in self._said if one.stayed is not None]
        return VerdictAgreement(len(repeats), sum(repeats))

    def _latest(self, pair: tuple[str, str]) -> Relation | None:
        mine = (said for one in reversed(self._said) for of, said in relations(one.verdict).items() if of == pair)
        return next(mine, self._last.get(pair))

    def _verdict(self, outputs: Sequence[str], kind: VerdictKind, won: str) -> Judgement:
        all_ = [(uid, self._answers[uid]) for uid in outputs]
        judged = (StoredOutput(uid, one.run, one.who, place(kind, won=uid == won)) for uid, one in all_)
        return judgement_of(StoredVerdict("", all_[0][1].values, kind, True, False, tuple(judged)), self._maker)


def pairs(
    answers: Sequence[StoredAnswer],
    judged: Iterable[Judgement],
    made_by: Callable[[Answerer], str],
    grouping: Grouping,
    texts: Mapping[str, bytes],
) -> list[PairOption]:
    """Return pairs of answers by different entrants to the same values, with counts of earlier verdicts and positions.

    Answers must be given newest first; the newest are used, fewer per entrant if there would be too many pairs.
    `texts` maps answers whose text may occur twice to a digest of it; answers with equal texts are not paired.
    """
    found: list[tuple[StoredAnswer, StoredAnswer]] = []
    for of_each in range(OF_EACH, 0, -1):
        found = list(islice(_met(answers, of_each, made_by, texts), MOST_PAIRS + 1))
        if len(found) <= MOST_PAIRS:
            break
    told: Counter[frozenset[str]] = Counter()
    lefts: Counter[tuple[str, str]] = Counter()
    for verdict in judged:
        told.update(_told(verdict))
        lefts.update((one.output, other.output) for one, other in combinations(verdict.outputs, 2))
    return [
        PairOption(
            first.uid,
            second.uid,
            made_by(first.who),
            made_by(second.who),
            first.values,
            lefts[first.uid, second.uid],
            lefts[second.uid, first.uid],
            told[frozenset((first.uid, second.uid))],
            _apart(first.who, second.who, grouping),
        )
        for first, second in found[:MOST_PAIRS]
    ]


def _verdicts(done: Iterable[SessionVerdict | SkippedPair]) -> list[SessionVerdict]:
    return [one for one in done if isinstance(one, SessionVerdict)]


def equal_texts(store: Store, answers: Iterable[StoredAnswer]) -> dict[str, bytes]:
    """Return a digest of each answer that has the same size and values as another one. Raises StoreError."""
    alike: dict[tuple[str, int], list[str]] = defaultdict(list)
    for answer in answers:
        alike[answer.values, answer.size].append(answer.uid)
    some = [uid for uids in alike.values() if len(uids) > 1 for uid in uids]
    return store.judgements.digests(some) if some else {}


def _apart(one: Answerer, other: Answerer, grouping: Grouping) -> int:
    """Return 1 if two makers differ in a respect that the grouping ignores, otherwise 0."""
    if grouping == "version":
        return int((one.model, one.endpoint) != (other.model, other.endpoint))
    return int(one.version != other.version) if grouping in ("model", "everywhere") else 0


def few(candidates: Sequence[PairOption], most: int = MOST_ENTRANTS) -> list[PairOption]:
    """Return the pairs among the first `most` entrants."""
    names: set[str] = set()
    kept = []
    for candidate in candidates:
        both = {candidate.first_entrant, candidate.second_entrant}
        if len(names | both) <= most:
            names |= both
            kept.append(candidate)
    return kept


def _met(
    answers: Sequence[StoredAnswer], of_each: int, made_by: Callable[[Answerer], str], texts: Mapping[str, bytes]
) -> Iterator[tuple[StoredAnswer, StoredAnswer]]:
    by_values: dict[str, dict[str, list[StoredAnswer]]] = defaultdict(lambda: defaultdict(list))
    for answer in answers:
        by_values[answer.values][made_by(answer.who)].append(answer)
    for makers in by_values.values():
        for some, others in combinations(makers.values(), 2):
            for one, other in product(some[:of_each], others[:of_each]):
                if one.uid not in texts or texts[one.uid] != texts.get(other.uid):
                    yield one, other


def _told(verdict: Judgement) -> Iterator[frozenset[str]]:
    """Yield the pairs of answers that a verdict compares; it does not compare two losers."""
    for one, other in combinations(verdict.outputs, 2):
        if verdict.kind == "all_bad" or 1 in (one.place, other.place):
            yield frozenset((one.output, other.output))
