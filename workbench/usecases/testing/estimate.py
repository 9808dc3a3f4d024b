"""What a test will take: calls, tokens, dollars and minutes, before anything is sent.

Invariant: unknown amounts stay None and are said to be unknown. Tokens are counted for a few cases and scaled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median

from workbench.core.content import Content, Message
from workbench.core.drafts import Draft, ValueSet
from workbench.core.forecast import AmountSpan, Forecast, lanes_without_prices, show_span
from workbench.core.lanes import Endpoint, Lane
from workbench.core.testing.answer_ages import OLD_AFTER_DAYS, StoredAnswers, age_in_days, days_before, oldest_words
from workbench.core.text import counted
from workbench.engine.call_limits import place_of
from workbench.store.testing.suite_records import SuiteRecords
from workbench.usecases.judging.judge_estimate import JudgeEstimate
from workbench.usecases.testing.cell_supply import ECHO_LIMIT
from workbench.usecases.testing.plan import SuitePlan
from workbench.usecases.testing.retired_columns import stored_by_column

MOST_COUNTED = 20
"""Cases whose tokens are counted."""
_RECENT_RUNS = 3


@dataclass(frozen=True, slots=True)
class SuiteEstimate:
    """An estimate of a test. `calls` are for the cells without an answer, `reused` the others.

    `tokens` are those of all calls, with as much output as known. `cost` is a span in dollars over the columns with a
    known price, None if there is none; `unpriced` are the titles of the others, and `open_ended` of those whose output
    is not known yet. `minutes` are None without an earlier test of these models. `old` of the reused answers are older
    than OLD_AFTER_DAYS; `oldest_days` is the age of the oldest one in days, None if it is not known. `judge` is what
    judging takes beside that, None without judged checks.
    """

    cells: int
    reused: int
    calls: int
    tokens: int | None = None
    cost: AmountSpan | None = None
    unpriced: tuple[str, ...] = ()
    open_ended: tuple[str, ...] = ()
    minutes: float | None = None
    old: int = 0
    oldest_days: int | None = None
    judge: JudgeEstimate | None = None

    @property
    def sentence(self) -> str:
        """The estimate in one line, such as "64 new, 736 reused · about 52,000 tokens · est. $0.1200 · about 2 min"."""
        age = oldest_words(self.oldest_days)
        judged, about_judges = ("", ()) if self.judge is None else (self.judge.words, self.judge.sentences)
        parts = [f"{self.calls:,} new" + (f", {self.reused:,} reused{age}" if self.reused else "")]
        if not self.calls:
            here = f"All {counted(self.cells, 'answer')} are here already{age}; "
            return " ".join((here + (f"{judged}." if judged else "nothing is sent."), *about_judges))
        if self.tokens:
            parts.append(f"about {self.tokens:,} tokens")
        parts.append(self._money)
        if self.minutes is not None:
            parts.append("under a minute" if self.minutes < 1 else f"about {self.minutes:,.0f} min")
        else:
            parts.append("duration unknown")
        if judged:
            parts.append(judged)
        line = " · ".join(parts)
        return " ".join((f"{line}.", *about_judges)) if about_judges else line

    @property
    def _money(self) -> str:
        if self.cost is None:
            return "cost unknown"
        if not self.unpriced and not self.open_ended and self.cost.high == 0:
            return "free"
        least = "at least " if self.open_ended else ""
        others = f" + {lanes_without_prices(len(self.unpriced))}" if self.unpriced else ""
        return f"est. {least}{show_span(self.cost)}{others}"


class SuiteEstimator:
    """Makes estimates. Everything blocks: use it on worker threads."""

    def __init__(
        self,
        records: SuiteRecords,
        forecast: Callable[[str, Draft], Forecast],
        endpoint: Callable[[str], Endpoint | None],
        now: Callable[[], str],
        judges: Callable[[SuitePlan], JudgeEstimate | None] = lambda plan: None,
    ) -> None:
        """`forecast` counts tokens on this computer; `judges` estimates the judging of a plan."""
        self._judges = judges
        self._records = records
        self._now = now
        self._forecast = forecast
        self._endpoint = endpoint

    def estimate(self, plan: SuitePlan) -> SuiteEstimate:
        """Return the estimate of a plan. Raises StoreError."""
        now = self._now()
        stored = self._by_column(plan, days_before(now, OLD_AFTER_DAYS))
        open_ = [len(plan.cases) * plan.samples - column.count for column in stored]
        known = sum(stored, StoredAnswers())
        oldest_days = age_in_days(known.oldest, now) if known.count else None
        calls = sum(open_)
        if not calls:
            free = AmountSpan(0.0, 0.0)
            return SuiteEstimate(
                plan.cells,
                plan.cells,
                0,
                0,
                free,
                minutes=0.0,
                old=known.older,
                oldest_days=oldest_days,
                judge=self._judges(plan),
            )
        step = max(1, -(-len(plan.cases) // MOST_COUNTED))
        shown = plan.cases[::step]
        sets = tuple(
            ValueSet(case.uid or str(n), case.name, case.values, ticked=True, kinds=case.kinds)
            for n, case in enumerate(shown)
        )
        draft = Draft(plan.content or Content(), lanes=plan.columns, sets=sets)
        tokens, low, high, is_priced = 0.0, 0.0, 0.0, False
        unpriced, open_ended = [], []
        forecast = self._forecast(plan.prompt_uid, draft)
        for lane, number in zip(forecast.lanes, open_, strict=True):
            share = number / max(1, lane.calls)
            tokens += share * (lane.input + (lane.calls * lane.output.high if lane.output is not None else 0.0))
            if not number:
                continue
            cost = lane.known_cost
            if cost is None:
                unpriced.append(lane.title)
                continue
            is_priced = True
            low, high = low + share * cost.low, high + share * cost.high
            if lane.cost is None and not lane.is_local:
                open_ended.append(lane.title)
        return SuiteEstimate(
            plan.cells,
            plan.cells - calls,
            calls,
            round(tokens) or None,
            AmountSpan(low, high) if is_priced else None,
            tuple(unpriced),
            tuple(open_ended),
            self._minutes(plan, open_),
            known.older,
            oldest_days,
            self._judges(plan),
        )

    def tokens_of(self, prompt_uid: str, lane: Lane, text: str) -> int | None:
        """Return the tokens of a text for the model of a lane, None if they are not counted."""
        draft = Draft(Content((Message("user", text),)), lanes=(replace(lane, pinned=None, samples=1),))
        counts = [count for one in self._forecast(prompt_uid, draft).lanes for count in one.counts]
        return counts[0].parts[0] if counts and counts[0].parts else None

    def judges(self, plan: SuitePlan) -> JudgeEstimate | None:
        """Return what judging a plan takes, None without judged checks; reads no history."""
        return self._judges(plan)

    def stored(self, plan: SuitePlan, old_before: str) -> StoredAnswers:
        """Return the answers that a test would use again; those from before `old_before` count as older."""
        return sum(self._by_column(plan, old_before), StoredAnswers())

    def _by_column(self, plan: SuitePlan, old_before: str) -> list[StoredAnswers]:
        """Return the answers in this round that are used again, by column; a probe asks all."""
        if plan.probe:
            return [StoredAnswers() for _ in plan.questions]
        return stored_by_column(self._records, plan, range(len(plan.questions)), old_before=old_before)

    def _minutes(self, plan: SuitePlan, open_: list[int]) -> float | None:
        """Return the time by the latency in recent tests, with as many calls at once as the endpoints allow."""
        known = self._latencies(plan.prompt_uid)
        by_place: dict[str, tuple[float, int]] = {}
        for lane, number in zip(plan.columns, open_, strict=True):
            endpoint = self._endpoint(lane.endpoint)
            seconds = known.get(_model(lane))
            if not number or endpoint is None:
                continue
            if seconds is None:
                return None
            place = place_of(endpoint, lane.model)
            at_once = plan.concurrency or (place.limit if place is not None else ECHO_LIMIT)
            name = place.name if place is not None else lane.endpoint
            busy, _ = by_place.get(name, (0.0, at_once))
            by_place[name] = busy + number * seconds, at_once
        return max((busy / at_once for busy, at_once in by_place.values()), default=0.0) / 60

    def _latencies(self, prompt_uid: str) -> dict[tuple[str, str], float]:
        """Return the median latency of each model in recent tests, in seconds."""
        found: dict[tuple[str, str], list[float]] = {}
        for run in self._records.runs(prompt_uid, _RECENT_RUNS):
            if not run.scoring_uid:
                continue
            for column, results in zip(run.columns, self._records.results(run.uid, run.scoring_uid), strict=True):
                seconds = [cell.seconds for case in results.cases for cell in case.cells if cell.seconds is not None]
                found.setdefault(_model(column.lane), []).extend(seconds)
        return {model: median(seconds) for model, seconds in found.items() if seconds}


def _model(lane: Lane) -> tuple[str, str]:
    return lane.endpoint, lane.model
