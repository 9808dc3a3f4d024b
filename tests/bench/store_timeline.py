"""Pages of the timeline of one prompt with 10,000 iterations (100,000 in full), at any position.

The floor is one statement of bare sqlite3 on the same file: the same number of rows of the same table, by key.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.bench.report import percentile, rows_of, table
from tests.store.making import LATER, NOW, done, lane, opened, text
from tests.store.making import run as run_of
from workbench.core.runs import Verdict
from workbench.core.timeline import TimelineCursor
from workbench.store import Store
from workbench.store.sqlite import sqlite3

FRAME_MS = 16.0
PAGE = 100


def fill(path: Path, count: int) -> None:
    """Write iterations as in real use: mostly new texts, two lanes, some verdicts and notes.

    After every fiftieth iteration there is a version without a run.
    """
    store = opened(path)
    store.create_prompt("p", "Bench", NOW)
    words = "You answer questions about orders politely and ask for the number when it is missing."
    for n in range(1, count + 1):
        last = store.begin_run(
            run_of(
                f"r{n}",
                text(f"{words} Attempt {n}."),
                lanes=(lane("A"), lane("B")),
                based_on=n - 1 or None,
                at=_moment(n),
                note="a note" if n % 7 == 0 else "",
            )
        )
        for position in range(2):
            store.finish_output(f"r{n}.{position}.0", done(f"Answer {n} of lane {position}."), LATER)
        if n % 3 == 0:
            last_verdict = Verdict("winner", (n % 2,))
            store.mark(f"r{n}", f"v{n}", last_verdict, (f"r{n}.0.0", f"r{n}.1.0"), LATER)
        if n % 50 == 0:
            store.add_version("p", f"bare{n}", text(f"{words} Only kept {n}."), n, _moment(n))
        if n % 500 == 0:
            last.result()
    store.close()


def _moment(n: int) -> str:
    return (
        (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=20 * n))
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z")
    )


def timed(work: Callable[[], object], times: int) -> list[float]:
    samples = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        samples.append((time.perf_counter() - started) * 1000)
    return samples


def scroll(store: Store) -> list[float]:
    """Read every page from the newest to the oldest."""
    samples: list[float] = []
    after: TimelineCursor | None = None
    while True:
        started = time.perf_counter()
        page = store.timeline("p", after, PAGE)
        samples.append((time.perf_counter() - started) * 1000)
        if page.next is None:
            return samples
        after = page.next


def run(full: bool) -> list[dict[str, Any]]:
    count = 100_000 if full else 10_000
    with tempfile.TemporaryDirectory(prefix="bench-store-") as folder:
        path = Path(folder, "history.db")
        fill(path, count)
        store = opened(path)
        cold = timed(lambda: store.timeline("p", None, PAGE), 1)[0]
        pages = scroll(store)
        details = timed(lambda: store.iteration_detail(f"r{count // 2}"), 50)
        store.close()
        connection = sqlite3.connect(path)
        statement = "SELECT * FROM runs WHERE prompt_id = 1 AND kind = 'iteration' ORDER BY number DESC LIMIT ?"
        floor = percentile(timed(lambda: connection.execute(statement, (PAGE,)).fetchall(), 50), 50)
        connection.close()
    shape = f"{count:,} iterations"
    return [
        _row(f"first page of {shape}, just opened", cold, floor, ""),
        _row(f"any page of {shape}, p95", percentile(pages, 95), floor, f"worst {max(pages):.1f} ms"),
        _row(f"one of {shape} whole, p95", percentile(details, 95), None, ""),
    ]


def _row(name: str, measured: float, floor: float | None, notes: str) -> dict[str, Any]:
    return {
        "name": name,
        "measured": measured,
        "budget": FRAME_MS,
        "floor": floor,
        "unit": "ms",
        "ok": measured <= FRAME_MS,
        "notes": notes,
    }


if __name__ == "__main__":
    print(table(rows_of(run(full=False), "store_timeline")))
