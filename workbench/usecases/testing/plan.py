"""Planning a test: what is asked of which models, and what it takes.

Invariant: a plan can be run. What prevents that, as far as visible without keys and network, is refused with a
sentence before anything is written.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from workbench.core.cases import Case
from workbench.core.content import Content, Message, content_hash
from workbench.core.drafts import Draft, ValueSet
from workbench.core.lanes import LITELLM, Endpoint, Lane, Params
from workbench.core.money import Rates
from workbench.core.rendered_content import RenderedRequest, fill_case
from workbench.core.runs import VersionRow
from workbench.core.templates import content_variables
from workbench.core.testing.answer_ages import days_before
from workbench.core.testing.cells import question_hash
from workbench.core.testing.goals import RunGoals
from workbench.core.testing.grid import CaseSetName
from workbench.core.testing.settings import SuiteBudget, SuiteSettings
from workbench.core.text import counted
from workbench.core.version_name import at_start
from workbench.store.testing.suite_records import SuiteRecords
from workbench.usecases.lane_calls import NO_ENDPOINT, Lacks, unable
from workbench.usecases.problems import RefusedError
from workbench.usecases.run_plan import parts_problem, sendable
from workbench.usecases.testing.budget import call_bound
from workbench.usecases.testing.cell_judge import needs_judge
from workbench.usecases.testing.retired_columns import AnsweredCells, Retired, check_open, has_open, stored_answers
from workbench.usecases.testing.voting import checked_votes

if TYPE_CHECKING:
    from workbench.core.technique_marks import TechniqueMark

RoundChoice = Literal["continue", "fresh"] | int
"""continue: answers of the newest round are used again. fresh: everything is asked anew. A number: answers of that
round are used again."""
CURRENT = "The current text"
_WORD = re.compile(r'(?:tag:)?"[^"]*"|\S+')


@dataclass(frozen=True, slots=True)
class SuitePlan:
    """A test that can be run.

    `columns` are lanes, each with a pinned version or the current text, which is `content`. `questions` are the
    `question_hash` of each column, `baseline` is the position of the column that the others are compared with.
    `settings` holds checks and threshold. Answers from before `reuse_since` are asked again, "" for no limit. With
    `is_fresh` the run opens a round of its own when it is recorded; `round` is then what it would be now.
    """

    prompt_uid: str
    settings: SuiteSettings
    columns: tuple[Lane, ...]
    cases: tuple[Case, ...]
    questions: tuple[str, ...]
    contents: tuple[Content, ...]
    """The content of each column's version."""
    content: Content | None = None
    based_on: int | None = None
    round: int = 1
    samples: int = 1
    set_name: CaseSetName = "tuning"
    baseline: int = 0
    budget: SuiteBudget = field(default_factory=SuiteBudget)
    probe: str = ""
    techniques: tuple[TechniqueMark, ...] = ()
    concurrency: int | None = None
    """Concurrent calls per endpoint, None for the engine's default."""
    goals: RunGoals = field(default_factory=RunGoals)
    reuse_since: str = ""
    is_fresh: bool = False

    @property
    def cells(self) -> int:
        """The number of cells."""
        return len(self.cases) * len(self.columns) * self.samples

    @property
    def is_judged(self) -> bool:
        """Whether a model evaluates any of the checks."""
        cases = (Case("", checks=self.settings.checks), *self.cases)
        return any(map(needs_judge, cases))

    def without_answers_older(self, days: int, now: str) -> SuitePlan:
        """Return the plan of the same test that asks answers again that are older than `days`."""
        return replace(self, reuse_since=days_before(now, days))


class PlanStore(Protocol):
    """The part of the history that plans read."""

    def version(self, prompt_uid: str, number: int) -> VersionRow:
        """Return a version."""


class Rounds(AnsweredCells, Protocol):
    """The rounds of a prompt's tests."""

    def latest_round(self, prompt_uid: str) -> int:
        """Return the newest round, 0 for none."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What a plan needs to know about endpoints and models, without keys and network.

    `address` returns an endpoint with the address that calls go to. `max_output` returns the most output tokens of a
    model, None if unknown; `retired` the day on which it was retired, None if it is not today.
    """

    endpoint: Callable[[str], Endpoint | None]
    rates: Callable[[Endpoint, str], Rates | None]
    max_output: Callable[[Endpoint, str], int | None]
    lacks: Lacks
    address: Callable[[Endpoint, str], Endpoint] = lambda endpoint, model: endpoint
    retired: Retired = lambda endpoint, model: None


class SuitePlanner:
    """Makes plans. `plan` reads the history, and model files the first time, so use it on a worker thread."""

    def __init__(self, store: PlanStore, rounds: Rounds, facts: ModelFacts) -> None:
        self._store = store
        self._rounds = rounds
        self._facts = facts

    def plan(
        self,
        prompt_uid: str,
        draft: Draft,
        settings: SuiteSettings,
        cases: Sequence[Case],
        *,
        set_name: CaseSetName = "tuning",
        round_: RoundChoice = "continue",
        probe: str = "",
        concurrency: int | None = None,
        goals: RunGoals | None = None,
    ) -> SuitePlan:
        """Return the plan of testing `cases`, those of the set `set_name`, with the columns of `settings`.

        `goals` are what was chosen before, by default the difference and the margin of `settings`.
        Raises RefusedError (RetiredModelError for a retired model that would be asked), and StoreError for a column
        whose version does not exist.
        """
        if not settings.columns:
            raise RefusedError("There is no column to test. Add a column with a model, then test.")
        chosen = tuple(case for case in cases if case.held_out == (set_name == "holdout"))
        if not chosen:
            raise RefusedError(_no_cases(set_name, bool(cases)))
        contents = self._contents(prompt_uid, draft, settings.columns)
        for content, name in contents.values():
            _check_content(content, name)
            _check_values(content, name, chosen)
        newest = self._rounds.latest_round(prompt_uid)
        slots = [lane.slot for lane in settings.columns]
        plan = SuitePlan(
            prompt_uid,
            settings,
            settings.columns,
            chosen,
            tuple(self.question(lane, contents[lane.pinned][0]) for lane in settings.columns),
            tuple(contents[lane.pinned][0] for lane in settings.columns),
            draft.content if None in contents else None,
            draft.based_on,
            round_ if isinstance(round_, int) else max(1, newest + (round_ == "fresh")),
            settings.samples,
            set_name,
            slots.index(settings.baseline) if settings.baseline in slots else 0,
            settings.budget,
            probe,
            draft.techniques,
            concurrency,
            replace(goals or RunGoals(settings.difference, settings.margin), vote=checked_votes(settings, probe)),
            is_fresh=round_ == "fresh",
        )
        longest = max(plan.cases, key=lambda case: sum(len(value) for _, value in case.values))
        for number, lane in enumerate(settings.columns, start=1):
            self._check_column(plan, number, lane, contents[lane.pinned][0], longest)
        if settings.judge.lane is not None and plan.is_judged:
            self._check_judge(plan, settings.judge.lane)
        self.check_plan(plan)
        return plan

    def check_plan(self, plan: SuitePlan) -> None:
        """Raise RetiredModelError if a plan asks a retired model."""

        def is_open(column: int) -> bool:
            # A probe asks all of them.
            known = 0 if plan.probe else stored_answers(self._rounds, plan, column).count
            return known < len(plan.cases) * plan.samples

        self.check_retired(plan.columns, is_open)

    def check_run(self, records: SuiteRecords, run_uid: str, *, failed_too: bool) -> None:
        """Raise RetiredModelError if a stored run asks a retired model, with `failed_too` also where a call failed."""
        columns = [one.lane for one in records.run(run_uid).columns]
        self.check_retired(columns, lambda column: has_open(records, run_uid, column, failed_too=failed_too))

    def check_retired(self, columns: Sequence[Lane], is_open: Callable[[int], bool]) -> None:
        """Raise RetiredModelError if a retired column of a stored run `is_open` at its position."""
        check_open(columns, self._facts.endpoint, self._facts.retired, is_open)

    def _contents(
        self, prompt_uid: str, draft: Draft, columns: Iterable[Lane]
    ) -> dict[int | None, tuple[Content, str]]:
        """Return the content of every version that a column uses, with the version's name; None is the current text."""
        found: dict[int | None, tuple[Content, str]] = {}
        for lane in columns:
            if lane.pinned is None:
                found[None] = draft.content, ""
            elif lane.pinned not in found:
                version = self._store.version(prompt_uid, lane.pinned)
                found[lane.pinned] = sendable(version), version.name
        return found

    def question(self, lane: Lane, content: Content) -> str:
        """Return the `question_hash` of a column. Raises RefusedError if its endpoint was removed."""
        endpoint = self._facts.endpoint(lane.endpoint)
        if endpoint is None:
            raise RefusedError(NO_ENDPOINT.sentence)
        there = self._facts.address(endpoint, lane.model)
        files = {path: file_hash(path) for path in (endpoint.path, endpoint.adapter) if path}
        return question_hash(content_hash(content), there, lane, files)

    def rates(self, lane: Lane) -> Rates | None:
        """Return the prices of a column, None if they are unknown."""
        endpoint = self._facts.endpoint(lane.endpoint)
        return None if endpoint is None else self._facts.rates(endpoint, lane.model)

    def _check_column(self, plan: SuitePlan, number: int, lane: Lane, content: Content, longest: Case) -> None:
        """Raise RefusedError for a column that cannot be sent, or whose cost a budget could not limit.

        `longest` is the case with the longest values.
        """
        what = f"Column {number} ({lane.title})"
        try:
            lane.params.request()
        except ValueError as error:
            raise RefusedError(
                f'{what} has extra parameters that are not a JSON object. Write them like {{"top_k": 40}}.', str(error)
            ) from error
        endpoint = self._facts.endpoint(lane.endpoint)
        if endpoint is None:
            raise RefusedError(NO_ENDPOINT.sentence)
        # What is sent beside the messages is the same for all cases, except files.
        rendered = fill_case(content, dict(longest.values), longest.kinds)
        with_files = [case for case in plan.cases if any(kind == "file" for _, kind in case.kinds)]
        for case in (longest, *with_files):
            asked = rendered if case is longest else fill_case(content, dict(case.values), case.kinds)
            if failure := unable(endpoint, lane.model, asked, self._facts.lacks):
                raise RefusedError(f"{what} cannot be tested. {failure.sentence}", failure.detail)
        self._check_price(plan, what, endpoint, lane, rendered)

    def _check_judge(self, plan: SuitePlan, lane: Lane) -> None:
        """Raise RefusedError for a judge that cannot be asked, or whose cost a budget could not limit."""
        what = f"The judge ({lane.title})"
        endpoint = self._facts.endpoint(lane.endpoint)
        if endpoint is None:
            raise RefusedError(f"{what} cannot be asked. {NO_ENDPOINT.sentence}")
        try:
            lane.params.request()
        except ValueError as error:
            raise RefusedError(f"{what} has extra parameters that are not a JSON object.", str(error)) from error
        if plan.settings.judge.decides:
            # Decisions are not billed as output.
            lane = replace(lane, params=Params(max_tokens=1))
        self._check_price(plan, what, endpoint, lane, RenderedRequest((Message("user", "-"),)))

    def _check_price(
        self, plan: SuitePlan, what: str, endpoint: Endpoint, lane: Lane, rendered: RenderedRequest
    ) -> None:
        if plan.budget.usd is None or plan.budget.calls is not None:
            return
        rates = self._facts.rates(endpoint, lane.model)
        most = self._facts.max_output(endpoint, lane.model)
        if call_bound(rendered, lane.params.request(), rates, most).usd is None:
            raise RefusedError(f"{what} {_unlimited(rates)}")


def _unlimited(rates: Rates | None) -> str:
    if rates is None:
        lack, advice = "has no known price", "Set its price in the model picker"
    else:
        lack, advice = "has no limit of output tokens", "Set Max tokens in its parameters"
    return f"{lack}, so dollars cannot limit this test. {advice}, or add a limit of calls."


def _no_cases(set_name: CaseSetName, has_others: bool) -> str:
    if set_name == "holdout":
        return "There is no hold-out yet. Set one aside in the cases of this prompt, then test it."
    if has_others:
        return "All cases of this prompt are in the hold-out. Add a case for tuning, then test."
    return "There is no case to test. Add a case with values, then test."


def _check_content(content: Content, version: str) -> None:
    what = at_start(version) if version else CURRENT
    if content.is_empty:
        raise RefusedError(f"{what} is empty, so there is nothing to send. Write a message, then test.")
    if problem := parts_problem(content):
        raise RefusedError(f"{what} cannot be sent. {problem}")


def _check_values(content: Content, version: str, cases: Sequence[Case]) -> None:
    """Raise RefusedError if a case has no value for a variable, or if every case renders to nothing.

    A single case that does is not sent, and has no answer.
    """
    if content.template != "plain":
        # Only rendering shows what a Jinja template needs: a name may be a loop variable, or have a default.
        return
    wanted = set(content_variables(content))
    lacking = [case for case in cases if not wanted <= {name for name, _ in case.values}]
    used = f", which {version} uses" if version else ""
    if lacking:
        first = lacking[0]
        names = sorted(wanted - {name for name, _ in first.values})
        also = f" {counted(len(lacking) - 1, 'more case')} also lack values." if len(lacking) > 1 else ""
        if len(lacking) == 2:
            also = " 1 more case also lacks values."
        raise RefusedError(
            f"{case_title(first, cases)} has no value for {', '.join(f'{{{{{name}}}}}' for name in names[:5])}{used}. "
            f"Fill it in; an empty value is allowed.{also}"
        )
    if all(message.text and not wanted for message in content.messages):
        return
    if not any(fill_case(content, dict(case.values), case.kinds).messages for case in cases):
        raise RefusedError(f"{case_title(cases[0], cases)} makes every message empty{used}. Fill a value in.")


def case_title(case: Case, cases: Sequence[Case] = ()) -> str:
    """Return what a case is called in a sentence: its name in quotes, else its number."""
    if case.name:
        return f"“{case.name}”"
    number = next((number for number, one in enumerate(cases, start=1) if one.uid == case.uid), None)
    return "A case without a name" if number is None else f"Case {number}"


def filled(content: Content, case: Case) -> RenderedRequest:
    """Return the request for a case by a plain template."""
    return fill_case(content, dict(case.values), case.kinds)


def value_set(case: Case) -> ValueSet:
    """Return the values of a case as a value set."""
    return ValueSet(case.uid, case.name, case.values, ticked=True, kinds=case.kinds)


def file_hash(path: str) -> str:
    """Return the SHA-256 of a model file, "" if it cannot be read; an unchanged file is read once."""
    try:
        stat = Path(path).stat()
        return _hashed(path, stat.st_size, stat.st_mtime_ns)
    except OSError:
        return ""


@functools.lru_cache(maxsize=32)
def _hashed(path: str, size: int, modified: int) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def filtered(cases: Iterable[Case], words: str) -> tuple[Case, ...]:
    """Return the cases that match all words: a part of the name or of a value, or `tag:NAME`. Case is ignored.

    Quotes keep spaces together: "in transit", tag:"needs a person".
    """
    wanted = [word.replace('"', "") if word.count('"') == 2 else word for word in _WORD.findall(words.casefold())]
    return tuple(case for case in cases if all(_matches(case, word) for word in wanted))


def _matches(case: Case, word: str) -> bool:
    if tag := word.removeprefix("tag:") if word.startswith("tag:") else "":
        return any(one.casefold() == tag for one in case.tags)
    return any(word in text.casefold() for text in (case.name, *(value for _, value in case.values)))


def with_one_slot_each(columns: Iterable[Lane]) -> tuple[Lane, ...]:
    """Return columns with slots a, b, …, without what only a draft needs."""
    return tuple(
        replace(lane, slot=f"c{number}", samples=1, hidden=False, baseline="")
        for number, lane in enumerate(columns, start=1)
    )


def addressed(endpoint: Endpoint, base_url: str) -> Endpoint:
    """Return an endpoint of LiteLLM with the address that its provider's calls go to."""
    return replace(endpoint, base_url=base_url) if endpoint.uid == LITELLM and base_url else endpoint
