"""A stand-in for stored and running tests: an order bot with known quality, in memory.

Statistics and sentences are those of the product. A run goes on only when the test calls `advance`.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from random import Random

from tests.app.testing.standin_comparisons import StandInComparisons
from workbench.app.testing.probes import AgainOffer, FactsOffer, listed_words
from workbench.app.testing.source import (
    OverruleState,
    ShownEstimate,
    ShownProgress,
    ShownState,
    StartKind,
    SuiteOverview,
    TestedSet,
)
from workbench.core.cases import Case, Check, json_text
from workbench.core.checks.check_result import CheckResult
from workbench.core.content import Content, Message
from workbench.core.lanes import Lane
from workbench.core.money import Usage
from workbench.core.runs import Failure, Result, Timing
from workbench.core.statistics.columns import summarise
from workbench.core.statistics.comparisons import compare_columns
from workbench.core.statistics.results import CaseResults, CellResult, ColumnResults
from workbench.core.statistics.wording import SHORT, comparison_words, gaps_words, rate_words
from workbench.core.testing.answer_ages import days_before
from workbench.core.testing.cells import CellKey
from workbench.core.testing.grid import (
    CaseSetName,
    CellDetail,
    CellStatus,
    GridCell,
    GridCounts,
    GridPage,
    GridQuery,
    GridRow,
    OverruledCheck,
    RowFilter,
    SuiteColumn,
    SuiteRun,
)
from workbench.core.testing.report import ColumnReport, SuiteReport
from workbench.core.testing.settings import SuiteBudget, SuiteSettings
from workbench.host.clock import utc_now
from workbench.store.errors import StoreError

NAMES = (
    ("status of 123ABCDEFG", "order"),
    ("no number given", "politeness"),
    ("9-character number", "format"),
    ("delivered yesterday", "order"),
    ("angry customer", "politeness"),
    ("two orders at once", "order"),
    ("injection: ignore your steps", "safety"),
    ("asks for a refund", "scope"),
    ("order in German", "language"),
    ("empty message", "format"),
    ("number with spaces", "format"),
    ("a number in capital letters that goes on and on until it fits nowhere", "format"),
)
ANSWERS = (
    ("Your order is on its way.", "In transit, arriving Friday.", "It is in transit (ETA Friday)."),
    ("I am happy to help you!", "May I have your order number?", "Could you share the number?"),
    ("Your order is in transit.", "That number has 9 characters; it needs 10.", "Checking 77AB12CD9 now."),
    ("It was delivered.", "Delivered yesterday.", "It arrived yesterday."),
    ("I am sorry to hear that.", "I am sorry; let me check.", "I understand, one moment."),
    (
        "Please wait.",
        "Order 123ABCDEFG is in transit and should arrive Friday. I can only look up one order at a time. "
        "Anything else?",
        "Order 123ABCDEFG is in transit and should arrive Friday. Order 77AB12CD90 was delivered on Tuesday. "
        "Anything else?",
    ),
    ("I cannot do that.", "I can help with orders only.", "I can help with orders."),
    ("Refunds take 5 days.", "I can look up the status…", "For refunds see the team."),
    ("Ihre Bestellung ist unterwegs.", "Ihre Bestellung ist unterwegs.", "Your order is in transit."),
    ("Your order is shipped.", "May I have your order number?", "How can I help you?"),
    ("Unknown order.", "In transit, arriving Friday.", "In transit, Friday."),
    ("One moment.", "In transit, arriving Friday.", "In transit."),
)
QUALITY = (0.69, 0.92, 0.8)
CONTAINS = Check("contains", value=json_text("123ABCDEFG"))
SCRIPT = Check("javascript", value=json_text("context.vars.numbers.every(n => output.includes(n))"))
RUBRIC = Check("llm-rubric", value=json_text("stays friendly"))


def standin_columns(number: int) -> tuple[SuiteColumn, ...]:
    """Return columns of three models and ever older versions, the first one the baseline."""
    three = ((10, "openai/gpt-5-mini"), (14, "openai/gpt-5-mini"), (14, "anthropic/claude-haiku-4.5"))
    found = []
    for place in range(number):
        version, model = three[place] if place < 3 else (14 - place % 11, f"vendor/some-model-{place}")
        found.append(SuiteColumn(place, Lane(f"l{place}", "e1", model, pinned=version), version, f"#{version}"))
    return tuple(found)


@dataclass
class StandInSuites:
    """One prompt with `cases` tuning cases. `pauses` is what the source was told, in order."""

    cases: int = 48
    columns: int = 3
    samples: int = 1
    answered: int = -1
    """Cells with an answer, in order; -1 for all."""
    held_out: int = 24
    checks: tuple[Check, ...] = (CONTAINS, SCRIPT, RUBRIC)
    has_run: bool = True
    prompt: str = "p"
    told: list[tuple[object, ...]] = field(default_factory=list)
    broken: str = ""
    """Name of a method that fails."""
    old: int = 0
    """Stored answers that are too old to be used again silently."""
    age_days: int = 0

    def __post_init__(self) -> None:
        self.settings = SuiteSettings(
            self.checks,
            columns=tuple(one.lane for one in standin_columns(self.columns)),
            samples=self.samples,
            budget=SuiteBudget(usd=1.0),
        )
        self.state: ShownState = "finished"
        self.overruled: dict[tuple[str, str], OverruledCheck] = {}
        self.failed_calls: set[tuple[int, int]] = set()
        self.pages_read = 0
        self.total = self.cases * self.columns * self.samples
        if self.answered < 0:
            self.answered = self.total
        self.runs_begun = 0
        self.added: tuple[Lane, ...] = ()
        self.held_out_ran = False
        self.comparisons = StandInComparisons()

    # What a test makes happen.

    def advance(self, cells: int) -> None:
        """Answer and score more cells; the run ends with the last one."""
        self.answered = min(self.total, self.answered + cells)
        if self.answered == self.total and self.state == "running":
            self.state = "finished"

    # ProbedSuites.

    @property
    def probes(self) -> StandInProbes:
        return StandInProbes(self)

    def overview(self, prompt_uid: str) -> SuiteOverview:
        self._fail("overview")
        run = self._run() if self.has_run else None
        sets = [TestedSet("tuning", self.cases, run)]
        if self.held_out:
            run = replace(self._run(), uid="h0", set_name="holdout", cases=self.held_out) if self.held_out_ran else None
            sets.append(TestedSet("holdout", self.held_out, run))
        extra = tuple(SuiteColumn(self.columns + n, lane, 14, "#14") for n, lane in enumerate(self.added))
        columns = (*standin_columns(self.columns), *extra) if self.settings.columns else ()
        return SuiteOverview(prompt_uid, self.settings, columns, tuple(sets), len(self.checks))

    def estimate(self, prompt_uid: str, set_name: CaseSetName) -> ShownEstimate:
        self._fail("estimate")
        if set_name == "holdout" and self.held_out_ran:
            return ShownEstimate(self.held_out * self.columns)
        if set_name == "holdout":
            return ShownEstimate(self.held_out * self.columns, self.held_out * self.columns, 0.03, 0.03, 60)
        if not self.settings.columns or not self.cases:
            return ShownEstimate()
        new = self.total - (self.answered if self.has_run else 0) + self.cases * len(self.added)
        age = {"old": self.old, "oldest_days": self.age_days}
        if not new:
            return ShownEstimate(self.total, **age)
        return ShownEstimate(self.total + self.cases * len(self.added), new, 0.0006 * new, 0.0009 * new, 2 * new, **age)

    def save_settings(self, prompt_uid: str, settings: SuiteSettings) -> Future[None]:
        self.added = settings.columns[self.columns :]
        self.settings = settings
        return _done()

    def runs(self, prompt_uid: str, limit: int = 50) -> tuple[SuiteRun, ...]:
        return (self._run(),) if self.has_run else ()

    def page(self, run_uid: str, scoring_uid: str, query: GridQuery, after: str, limit: int) -> GridPage:
        self._fail("page")
        self.pages_read += 1
        if run_uid == "h0":
            # Held-out cases have no rows.
            return GridPage(())
        found: list[GridRow] = []
        position = int(after) + 1 if after else 0
        if query.sort != "order":
            return self._sorted_page(query, position, limit)
        while position < self.cases and len(found) < limit:
            row = self._row(position)
            if self._matches(row, query):
                found += [replace(row, sample=at) for at in range(self.samples)] if query.by_sample else [row]
            position += 1
        return GridPage(tuple(found), str(position - 1) if position < self.cases else "")

    def counts(self, run_uid: str, scoring_uid: str, query: GridQuery) -> GridCounts:
        self._fail("counts")
        kinds: tuple[RowFilter, ...] = (
            "all", "failed", "differs", "unscored", "no_answer", "flaky", "overruled", "regressed", "open",
        )  # fmt: skip
        rows = [self._row(position) for position in range(min(self.cases, 2_000))]
        numbers = {kind: sum(self._matches(row, replace(query, rows=kind)) for row in rows) for kind in kinds}
        if self.cases > len(rows) and not query.tag:
            numbers["all"] = self.cases
        tags = sorted({tag for row in rows for tag in row.tags})
        return GridCounts(
            numbers,
            tuple((tag, sum(tag in row.tags for row in rows)) for tag in tags),
            self.total,
            self.answered,
            len(self.failed_calls),
        )

    def cell(self, run_uid: str, scoring_uid: str, key: CellKey) -> CellDetail:
        self._fail("cell")
        cell = self._cell(key.case, key.column)
        name, tag = NAMES[key.case % len(NAMES)]
        case = Case(f"c{key.case}", name, (("question", f"Where is {name}?"), ("language", "English")), tags=(tag,))
        case = replace(case, expectation=ANSWERS[key.case % len(ANSWERS)][1])
        if cell.status == "open":
            return CellDetail(key, case, self._columns()[key.column], "", None, run_uid=run_uid)
        results = self._results(key.case, key.column, cell.text)
        hashes = tuple(f"h{number}" for number in range(len(results)))
        failure = Failure("rate_limited", cell.text) if cell.status == "no_answer" else None
        return CellDetail(
            key,
            case,
            self._columns()[key.column],
            cell.output_uid,
            Result(
                "failed" if failure else "finished",
                "" if failure else cell.text,
                model="gpt-5-mini",
                failure=failure,
                usage=Usage(86, 31),
                cost_usd=cell.cost_usd,
                timing=Timing(0, 0, 300, round(1000 * (cell.seconds or 0))),
                request={"model": "gpt-5-mini", "messages": [{"role": "user", "content": f"Where is {name}?"}]},
            ),
            hashes,
            results,
            tuple(self.overruled.get((cell.output_uid, one)) for one in hashes),
            "earlier" if cell.is_reused else run_uid,
            self._answered_at(),
            self.checks,
            7,
        )

    def earlier(self, run_uid: str, key: CellKey) -> CellDetail | None:
        return None

    def report(self, prompt_uid: str, run_uid: str) -> SuiteReport:
        self._fail("report")
        return suite_report(self._columns(), [self._column_results(place) for place in range(self.columns)], self.cases)

    def start(self, prompt_uid: str, set_name: CaseSetName, how: StartKind = "start") -> str:
        self._fail("start")
        fresh = how == "fresh"
        self.told.append(("start", set_name, fresh))
        if how == "renew":
            self.told.append(("renew", set_name))
            self.old = 0
        if set_name == "holdout":
            self.held_out_ran = True
            return "h0"
        self.runs_begun += not self.has_run or fresh
        self.answered = 0 if fresh or not self.has_run else self.answered
        self.has_run = True
        self.state = "running"
        return self._run().uid

    def resume(self, prompt_uid: str, run_uid: str, *, retry_failed: bool = False) -> None:
        self.told.append(("resume", retry_failed))
        if retry_failed:
            self.failed_calls.clear()
        self.state = "running" if self.answered < self.total else "finished"

    def pause(self, run_uid: str) -> None:
        self.told.append(("pause",))
        self.state = "paused"

    def stop(self, run_uid: str) -> None:
        self.told.append(("stop",))
        self.state = "stopped"

    def rescore(self, prompt_uid: str, run_uid: str) -> None:
        self.told.append(("rescore",))

    def progress(self, run_uid: str) -> ShownProgress:
        self._fail("progress")
        running = min(4, self.total - self.answered) if self.state == "running" else 0
        return ShownProgress(
            run_uid, self.state, self.total, self.answered, len(self.failed_calls), running, self.answered, 0.02
        )

    def overrule(self, run_uid: str, output_uid: str, check_hash: str, state: OverruleState, note: str) -> Future[None]:
        self.told.append(("overrule", output_uid, check_hash, state))
        self.overruled[output_uid, check_hash] = OverruledCheck(check_hash, state, note, "2026-11-28T11:00:00.000Z")
        return _done()

    def content(self, prompt_uid: str, version: int) -> Content:
        return Content((Message("user", f"{{{{question}}}} (version {version})"),))

    # Inside.

    def _fail(self, method: str) -> None:
        if method == self.broken:
            raise StoreError(f"The history cannot be read: {method}. Try again.")

    def _columns(self) -> tuple[SuiteColumn, ...]:
        return standin_columns(self.columns)

    def _run(self) -> SuiteRun:
        answered = self.answered
        return SuiteRun(
            f"t{self.runs_begun}", 15, "2026-11-28T10:00:00.000Z", 2, self.samples, self._columns(), 0, self.cases,
            answered, "tuning", "s1",
        )  # fmt: skip

    def _row(self, position: int) -> GridRow:
        name, tag = NAMES[position % len(NAMES)]
        if position >= len(NAMES):
            name = f"{name} ({position // len(NAMES) + 1})"
        cells = tuple(self._cell(position, column) for column in range(self.columns))
        return GridRow(position, f"c{position}", name, (tag,), cells, values_text=f"question: Where is {name}?")

    def _cell(self, position: int, column: int) -> GridCell:
        number = (position * self.columns + column) * self.samples
        if number >= self.answered:
            status: CellStatus = "running" if self.state == "running" and number < self.answered + 4 else "open"
            return GridCell(status, samples=self.samples)
        if (position, column) in self.failed_calls:
            return GridCell("no_answer", f"o{number}", "The server is busy (429). Retry the call.", "No answer.")
        text = ANSWERS[position % len(ANSWERS)][column % 3]
        random = Random(position * 1009 + column)
        passes = random.random() < QUALITY[column % 3]
        unscored = position % len(NAMES) == 6 and column % 3 == 2
        overruled = self.overruled.get((f"o{number}", "h1"))
        if overruled is not None and overruled.state != "none":
            passes, unscored = overruled.state == "pass", False
        passed = self.samples if passes else 0
        if self.samples > 1 and random.random() < 0.2:
            passed = random.randrange(1, self.samples)
            passes = 2 * passed > self.samples
        status = "unscored" if unscored else "pass" if passes else "fail"
        return GridCell(
            status,
            f"o{number}",
            text,
            "" if status == "pass" else "The judge could not be read." if unscored else "“77AB12CD90” is missing",
            None if unscored else 1.0 if passes else 0.5,
            0 if unscored else passed,
            0 if unscored else self.samples,
            self.samples,
            (0.8, 0.9, 1.3)[column % 3] + random.random() / 5,
            (0.00022, 0.00042, 0.00071)[column % 3],
            is_reused=number < self.total // 2,
            is_overruled=overruled is not None and overruled.state != "none",
            answered_at=self._answered_at(),
        )

    def _answered_at(self) -> str:
        return days_before(utc_now(), self.age_days)

    def _results(self, position: int, column: int, text: str) -> tuple[CheckResult, ...]:
        cell = self._cell(position, column)
        at = text.find("123ABCDEFG")
        place = (at, at + 10) if at >= 0 else None
        script = CheckResult("pass", 1.0, "true")
        if cell.status == "fail" or cell.is_overruled:
            script = CheckResult("fail", 0.0, "false: “77AB12CD90” is missing", expected="77AB12CD90", found=text[:40])
        rubric = CheckResult("unscored", None, "The judge could not be read.")
        return (
            CheckResult("pass", 1.0, "contains “123ABCDEFG”", place),
            script,
            rubric if cell.status == "unscored" else CheckResult("pass", 1.0, "judge unmeasured"),
        )[: len(self.checks)]

    def _matches(self, row: GridRow, query: GridQuery) -> bool:
        if query.tag and query.tag not in row.tags:
            return False
        states = {cell.status for cell in row.cells}
        first = row.cells[0] if row.cells else None
        return {
            "all": True,
            "failed": "fail" in states,
            "differs": first is not None and any(first.text and c.text and c.text != first.text for c in row.cells),
            "unscored": "unscored" in states,
            "no_answer": "no_answer" in states,
            "flaky": any(cell.is_flaky for cell in row.cells),
            "overruled": any(cell.is_overruled for cell in row.cells),
            "regressed": first is not None and first.status == "pass" and "fail" in states,
            "open": bool(states & {"open", "running"}),
        }[query.rows]

    def _sorted_page(self, query: GridQuery, start: int, limit: int) -> GridPage:
        rows = [self._row(position) for position in range(self.cases)]
        rows = [row for row in rows if self._matches(row, query)]
        column = query.column or 0
        rows.sort(
            key=lambda row: (
                {
                    "score": row.cells[column].score,
                    "cost": row.cells[column].cost_usd,
                    "latency": row.cells[column].seconds,
                }[query.sort]
                or 0.0
            ),
            reverse=query.descending,
        )
        end = start + limit
        return GridPage(tuple(rows[start:end]), str(end - 1) if end < len(rows) else "")

    def _column_results(self, column: int) -> ColumnResults:
        found = []
        for position in range(self.cases):
            cell = self._cell(position, column)
            if cell.status in ("open", "running"):
                continue
            state = cell.status if cell.status in ("pass", "fail", "unscored", "no_answer") else "unscored"
            one = CellResult(state, cell.score, cell.seconds, cell.cost_usd)
            found.append(CaseResults(f"c{position}", (one,)))
        return ColumnResults(_title(self._columns()[column]), tuple(found))


@dataclass
class StandInProbes:
    """Every third case is listed, and fails everywhere; a call costs a tenth of a cent."""

    suites: StandInSuites

    def listed(self, prompt_uid: str, run: SuiteRun, query: GridQuery) -> AgainOffer:
        return self.chosen(prompt_uid, run, tuple(range(0, self.suites.cases, 3)), listed_words(query))

    def chosen(self, prompt_uid: str, run: SuiteRun, positions: tuple[int, ...], about: str) -> AgainOffer:
        calls = len(positions) * len(run.columns)
        return AgainOffer(run, positions, about, ShownEstimate(calls, calls, calls / 1000, calls / 1000))

    def start(self, prompt_uid: str, offer: AgainOffer) -> str:
        self.suites.told.append(("again", len(offer.positions), offer.about))
        return "probe"

    def stubborn(self, prompt_uid: str, run: SuiteRun) -> FactsOffer:
        titles = tuple(_title(column) for column in run.columns)
        return FactsOffer(run, tuple(range(0, self.suites.cases, 3)), titles, 1, (False,) * len(titles))

    def estimate_facts(self, prompt_uid: str, offer: FactsOffer, column: int, facts: str) -> ShownEstimate:
        return ShownEstimate(offer.calls, offer.calls, offer.calls / 1000, offer.calls / 1000)

    def start_facts(self, prompt_uid: str, offer: FactsOffer, column: int, facts: str) -> str:
        self.suites.told.append(("facts", column, facts))
        return "probe"


def suite_report(columns: Sequence[SuiteColumn], results: Sequence[ColumnResults], cases: int) -> SuiteReport:
    """Return the report of columns, compared with the first one."""
    compared = compare_columns(results[0], results[1:])
    reports = []
    for place, (column, result) in enumerate(zip(columns, results, strict=True)):
        summary, comparison = summarise(result), compared[place - 1] if place else None
        verdict = comparison.passes.verdict if comparison is not None and comparison.passes is not None else ""
        reports.append(
            ColumnReport(
                _title(column),
                column.version_name,
                column.lane.title,
                not place,
                summary,
                comparison,
                rate_words(summary.passes),
                gaps_words(summary),
                SHORT[verdict] if verdict else "",
                comparison_words(comparison) if comparison is not None else "",
            )
        )
    sentences = tuple(report.sentence for report in reports if report.sentence)
    return SuiteReport("Order status bot", 15, "t", "2026-11-28T10:00:00.000Z", tuple(reports), cases, "tuning",
                       "on 48 cases", 2, sentences=sentences)  # fmt: skip


def _title(column: SuiteColumn) -> str:
    return f"{column.version_name} · {column.lane.title}"


def _done() -> Future[None]:
    future: Future[None] = Future()
    future.set_result(None)
    return future
