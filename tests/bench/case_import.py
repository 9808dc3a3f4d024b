"""How long importing, listing and undoing many cases blocks the UI thread of the real window."""

from __future__ import annotations

import csv
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.bench.report import longest_delay
from tests.bench.windows import home, started
from tests.store.making import NOW, opened, text
from workbench.core.drafts import Draft
from workbench.core.lanes import Lane
from workbench.core.maintenance import CARE, MaintenanceRules

WINDOW = (sys.executable, "-m", "tests.bench.case_import_window")
PATIENCE_S = 600.0
ROWS, QUICK_ROWS = 100_000, 20_000
GAP_MS = 50.0


def run(full: bool) -> list[dict[str, Any]]:
    """Measure an import of 20,000 rows; if `full`, of 100,000, the most that are read."""
    count = ROWS if full else QUICK_ROWS
    with home() as place:
        make(place.database)
        path = place.folder / "orders.csv"
        write_rows(path, count)
        with started(WINDOW, place.environment(BENCH_CASES=str(path))) as window:
            found = window.line(PATIENCE_S)
            window.end()
    row = longest_delay(f"import of {count:,} cases", GAP_MS, found)
    took = ", ".join(f"{step} {seconds:.1f} s" for step, seconds in found["took"].items())
    return [row | {"notes": f"{row['notes']}; {took}"}]


def make(path: Path) -> None:
    """Write a history with one prompt that has variables and no cases."""
    with closing(opened(path)) as store:
        store.create_prompt("p", "Order bot", NOW).result()
        draft = Draft(text("{{question}}", "Orders: {{record}}"), lanes=(Lane("A", "echo", "echo"),))
        store.save_draft("p", draft, NOW).result()
        store.set_meta("last_prompt", "p").result()
        # Daily maintenance would start during the measurement and use memory of its own.
        store.set_meta(CARE, MaintenanceRules(daily=False).to_text()).result()


def write_rows(path: Path, count: int) -> None:
    """Write a file of cases with values, an expectation, tags and a check."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("question", "record", "expected", "tags", "__expected"))
        for number in range(count):
            question = f"Where is my order 77AB{number:06d}? It should have arrived last week."
            record = f"order 77AB{number:06d}, sent on Monday, carrier unknown, customer {number % 997}"
            rows.writerow((question, record, f"Order {number} is in transit.", f"late; t{number % 50}", "contains:in"))
