"""Test in the real window with a run of 50,000 cells: first page, coming back, scrolling, filters, memory, report."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from tests.bench.report import longest_delay, percentile
from tests.bench.windows import home, started
from workbench.core.cases import Case, Check
from workbench.core.checks.check_result import CheckResult, CheckState
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.lanes import ECHO, Lane
from workbench.core.maintenance import CARE, MaintenanceRules
from workbench.core.runs import Result, Timing
from workbench.core.testing.cells import CellKey, cell_identity
from workbench.core.testing.settings import SuiteSettings
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store import Store, open_store
from workbench.store.testing.records import CellEnd, CellScored, CellStart, SuiteColumnStart, SuiteStart
from workbench.usecases.testing.analysis import SuiteAnalyst

WINDOW = (sys.executable, "-m", "tests.bench.grid_window")
PATIENCE_S = 600.0
COLUMNS, CELLS = 8, 50_000
QUICK_CELLS = 8_000
FIRST_MS, AGAIN_MS, GAP_MS, GROWN_MB, REPORT_MS = 100.0, 300.0, 50.0, 60.0, 1_000.0
_BATCH = 400
_STATES: tuple[CheckState, ...] = ("pass", "pass", "fail", "unscored")
_WORDS = "is in transit and should arrive on Friday. Anything else I can do for you today? " * 3
CHECK = Check("contains", value='"{{order}}"')


def run(full: bool) -> list[dict[str, Any]]:
    """Measure a run of 8,000 cells; if `full`, of 50,000."""
    cells = CELLS if full else QUICK_CELLS
    with home() as place:
        make(place.database, cells // COLUMNS)
        with started(WINDOW, place.environment()) as window:
            found = window.line(PATIENCE_S)
            window.end()
        reported = report_ms(place.database)
    before, after = found["memory"]
    shape = f"Test with {cells:,} cells"
    return [
        _row(f"{shape}, key to its first painted rows", found["first"], AGAIN_MS, "ms", "opens the run"),
        _row(f"{shape}, the same when coming back (p95)", percentile(found["again"], 95), FIRST_MS, "ms", ""),
        _row(f"{shape}, a filter to its rows (worst)", max(found["filtered"]), AGAIN_MS, "ms", ""),
        longest_delay(shape, GAP_MS, found),
        _row(f"{shape}, its report", reported, REPORT_MS, "ms", "processor time; statistics in the background"),
        _row(f"{shape}, memory grown", after - before, GROWN_MB, "MB", f"{after:.0f} MB in all"),
    ]


def report_ms(path: Path) -> float:
    """Return the CPU time in ms of the report of the newest test run, with its statistics."""
    store = open_store(path, now=utc_now(), uid=new_uid)
    try:
        prompt = store.last_prompt() or ""
        (run, *_) = store.tests.runs(prompt, 1)
        began = time.thread_time()
        SuiteAnalyst(store.tests).newest("Order bot", prompt, run.uid)
        return 1_000 * (time.thread_time() - began)
    finally:
        store.close()


def make(path: Path, count: int) -> None:
    """Write a history whose open prompt has a scored test run of `count` cases in eight columns."""
    store = open_store(path, now=utc_now(), uid=new_uid)
    try:
        _write(store, count)
        # Daily maintenance would start during the measurement and use memory of its own.
        store.set_meta(CARE, MaintenanceRules(daily=False).to_text()).result()
    finally:
        store.close()


def _write(store: Store, count: int) -> None:
    prompt, now = new_uid(), utc_now()
    content = Content((Message("user", "Where is {{order}}?"),))
    lanes = tuple(Lane(f"c{place}", ECHO, f"model-{place}") for place in range(COLUMNS))
    store.create_prompt(prompt, "Order bot", now).result()
    store.save_draft(prompt, Draft(content, (("order", "77AB"),), lanes[:2]), now).result()
    store.set_meta("last_prompt", prompt).result()
    cases = tuple(
        Case(new_uid(), f"Case {number}", (("order", f"77AB12{number:05d}"),), (CHECK,), tags=("even",) * (number % 2))
        for number in range(count)
    )
    store.packs.save_cases(prompt, cases).result()
    store.tests.save_settings(prompt, SuiteSettings(columns=lanes), now).result()
    run_uid, scoring = new_uid(), new_uid()
    columns = tuple(SuiteColumnStart(new_uid(), lane) for lane in lanes)
    questions = tuple(f"q{place}" for place in range(COLUMNS))
    start = SuiteStart(run_uid, prompt, new_uid(), now, columns, cases, questions, content, new_uid())
    store.tests.begin(start).result()
    store.tests.begin_scoring(run_uid, scoring, (), now).result()
    keys = [CellKey(case, column, 0) for case in range(count) for column in range(COLUMNS)]
    for first in range(0, len(keys), _BATCH):
        batch = [(key, new_uid()) for key in keys[first : first + _BATCH]]
        starts = [CellStart(key, uid, cell_identity(f"q{key.column}", str(key.case), 0, 1)) for key, uid in batch]
        store.tests.start_outputs(run_uid, starts, "owner", now)
        ends = [CellEnd(uid, _result(key), now) for key, uid in batch]
        store.tests.finish_outputs(ends)
        store.tests.save_scores(scoring, [_scored(key, uid) for key, uid in batch]).result()


def _result(key: CellKey) -> Result:
    return Result(
        "finished", f"Order {key.case} {_WORDS}", finish_reason="stop", cost_usd=0.001, timing=Timing(0, 1, 100, 400)
    )


def _scored(key: CellKey, uid: str) -> CellScored:
    state = _STATES[(key.case * 7 + key.column) % len(_STATES)]
    score = None if state == "unscored" else float(state == "pass")
    return CellScored(key, uid, state, score, f"It is {state}.", ((CHECK, CheckResult(state, score, "It is.")),))


def _row(name: str, value: float, budget: float, unit: str, notes: str) -> dict[str, Any]:
    return {"name": name, "measured": value, "budget": budget, "unit": unit, "ok": value <= budget, "notes": notes}
