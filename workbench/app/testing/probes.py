"""What the Test view needs of probes: chosen cases asked again, as they are or with facts pasted in.

Invariant: everything blocks, and is called off the UI thread. A probe says what it takes before it starts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from workbench.app.testing.row_filters import FILTER_TITLES
from workbench.app.testing.source import ShownEstimate, SuiteSource
from workbench.app.testing.start_estimate import shown_estimate
from workbench.app.testing.words import column_title, estimate_words
from workbench.core.testing.grid import GridQuery, SuiteRun
from workbench.core.text import counted

if TYPE_CHECKING:
    from workbench.usecases.testing.plan import SuitePlan
    from workbench.usecases.testing.probes import Probes
    from workbench.usecases.testing.runner import SuiteRunner


@dataclass(frozen=True, slots=True)
class AgainOffer:
    """Cases of a run that can be asked again, by position; `about` names them, such as "failed"."""

    run: SuiteRun
    positions: tuple[int, ...]
    about: str
    estimate: ShownEstimate

    @property
    def question(self) -> str:
        """What is asked before the calls are made."""
        cases, columns = counted(len(self.positions), "case"), counted(len(self.run.columns), "column")
        words = estimate_words(self.estimate)
        return (
            f"Probe: ask {cases} again ({self.about}) in {columns}: {counted(self.estimate.new, 'call')}"
            f"{', about ' if words else ''}{words}. The new answers stand beside the stored results and never count."
        )


@dataclass(frozen=True, slots=True)
class FactsOffer:
    """The cases that fail in every column, by position, and the columns that facts can be tried in.

    `best` is the column with the highest pass rate. `slots` says of each column whether its prompt has {{context}}.
    """

    run: SuiteRun
    positions: tuple[int, ...]
    columns: tuple[str, ...]
    best: int
    slots: tuple[bool, ...]

    @property
    def calls(self) -> int:
        """The number of calls: each case with the facts and without them."""
        return 2 * len(self.positions)

    def place_words(self, column: int) -> str:
        """Return which message gets the facts in a column."""
        if self.slots[column]:
            return "The facts fill {{context}} of this prompt."
        return "The facts follow the last user message. A prompt with {{context}} would get them there."

    def price_words(self, estimate: ShownEstimate | None) -> str:
        """Return what the probe takes; None while it is not known."""
        cases = counted(len(self.positions), "case")
        words = "" if estimate is None else estimate_words(estimate)
        about = f", about {words}" if words else ""
        return f"{cases} with the facts and the same without them: {counted(self.calls, 'call')}{about}."


class ProbeSource(Protocol):
    """The probes of all prompts. Errors are StoreError, or others whose text is a sentence for the user."""

    def listed(self, prompt_uid: str, run: SuiteRun, query: GridQuery) -> AgainOffer:
        """Return the offer to ask again the cases that a query lists."""

    def chosen(self, prompt_uid: str, run: SuiteRun, positions: tuple[int, ...], about: str) -> AgainOffer:
        """Return the offer to ask again the cases at some positions."""

    def start(self, prompt_uid: str, offer: AgainOffer) -> str:
        """Ask again, and return the uid of the run once it is recorded."""

    def stubborn(self, prompt_uid: str, run: SuiteRun) -> FactsOffer:
        """Return the cases that fail in every version and model."""

    def estimate_facts(self, prompt_uid: str, offer: FactsOffer, column: int, facts: str) -> ShownEstimate:
        """Return what the probe with facts and the one without take together."""

    def start_facts(self, prompt_uid: str, offer: FactsOffer, column: int, facts: str) -> str:
        """Start both probes, and return the uid of the one with facts once both are recorded."""


class ProbedSuites(SuiteSource, Protocol):
    """The tests of all prompts with their probes."""

    @property
    def probes(self) -> ProbeSource:
        """Asks chosen cases again."""


class StoredProbes:
    """A `ProbeSource` of an open history."""

    def __init__(self, probes: Probes, runner: SuiteRunner) -> None:
        self._probes, self._runner = probes, runner

    def listed(self, prompt_uid: str, run: SuiteRun, query: GridQuery) -> AgainOffer:
        """Return the offer to ask again the cases that a query lists."""
        return self.chosen(prompt_uid, run, self._probes.listed(run, query), listed_words(query))

    def chosen(self, prompt_uid: str, run: SuiteRun, positions: tuple[int, ...], about: str) -> AgainOffer:
        """Return the offer to ask again the cases at some positions."""
        plan = self._probes.again(prompt_uid, run, positions, about)
        return AgainOffer(run, positions, about, self._estimate(plan))

    def start(self, prompt_uid: str, offer: AgainOffer) -> str:
        """Ask again, and return the uid of the run once it is recorded."""
        plan = self._probes.again(prompt_uid, offer.run, offer.positions, offer.about)
        return self._probes.start(plan).run_uid

    def stubborn(self, prompt_uid: str, run: SuiteRun) -> FactsOffer:
        """Return the cases that fail in every version and model."""
        found = self._probes.stubborn(prompt_uid, run)
        titles = tuple(column_title(column, run.columns) for column in run.columns)
        return FactsOffer(run, found.positions, titles, found.best, found.slots)

    def estimate_facts(self, prompt_uid: str, offer: FactsOffer, column: int, facts: str) -> ShownEstimate:
        """Return what the probe with facts and the one without take together."""
        plans = self._probes.with_facts(prompt_uid, offer.run, offer.positions, column, facts)
        with_facts, without = map(self._estimate, plans)
        more = self._probes.price_of_facts(plans[0], facts)
        if with_facts.low_usd is None or with_facts.high_usd is None or more is None:
            return replace(with_facts, new=with_facts.new + without.new)
        return replace(
            with_facts,
            new=with_facts.new + without.new,
            low_usd=2 * with_facts.low_usd + more,
            high_usd=2 * with_facts.high_usd + more,
        )

    def start_facts(self, prompt_uid: str, offer: FactsOffer, column: int, facts: str) -> str:
        """Start both probes, and return the uid of the one with facts once both are recorded."""
        plans = self._probes.with_facts(prompt_uid, offer.run, offer.positions, column, facts)
        return self._probes.start_facts(plans).run_uid

    def _estimate(self, plan: SuitePlan) -> ShownEstimate:
        return shown_estimate(self._runner.estimator, lambda: plan)


def listed_words(query: GridQuery) -> str:
    """Return what the rows of a query have in common, such as "failed, tag order"."""
    tag = f"tag {query.tag}" if query.tag else ""
    rows = FILTER_TITLES[query.rows].lower() if query.rows != "all" or not tag else ""
    return ", ".join(filter(None, (rows, tag)))
