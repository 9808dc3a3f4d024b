"""Search in 10,000 outputs; with `full` also in 100,000 and a million.

Measures the time from a key press to the results: parsing the text, finding the runs, and 50 rows with highlighted
hits. Warm: the process has searched before. Cold: the first search of a new process, with nothing compiled, prepared or
in SQLite's cache, but with the file in the system's page cache. From the disk: the same after the pages of the file
were dropped from the page cache (`posix_fadvise`), like the first search after booting; its budget is a second.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench.many_outputs import SIZES, history, moment, vocabulary
from tests.bench.report import percentile, rows_of, table
from tests.filters import parse
from workbench.core.search.date_values import stored_moment
from workbench.core.search.results import HistoryPage, Order, SearchCursor
from workbench.store import Store, open_store

NEWEST_MS, BEST_MS, COMBINED_MS, FIRST_MS, DISK_MS = 50.0, 150.0, 100.0, 50.0, 1000.0
PAGE_THERE = 1000
TIMES = 5
FLAT_MB = 8.0
_NOW = moment(400 * 86_400)
_RSS = re.compile(r"^VmRSS:\s+(\d+) kB", re.MULTILINE)


def plain_queries() -> list[str]:
    """Return queries of common to rare words, phrases, prefixes, and a script without spaces."""
    words = vocabulary()
    ranks = (0, 1, 5, 20, 50, 120, 300, 1000, 3000, 10_000, 30_000, 49_000)
    return [
        *(words[rank] for rank in ranks),
        f'"{words[0]} {words[1]}"',
        f"{words[0]} {words[5]}",
        f"{words[300]} {words[301]}",
        f"{words[7]} {words[3000]}",
        f"{words[200][:4]}*",
        "一丁",
        "七万丈",
        f"{words[40]} 三",
    ]


def combined_queries() -> list[str]:
    """Return twenty queries: words with filters, filters alone, amounts, and some without results."""
    words = vocabulary()
    common, usual, rare = words[2], words[150], words[20_000]
    return [
        f"{common} model:model-3",
        f"{common} winner:yes",
        f"{usual} winner:tie is:blind",
        f"{common} -{words[0]}",
        f"{usual} -{words[400]} -{words[401]}",
        f"{common} cost:>0.05",
        f"{usual} cost:<0.0001",
        f"{rare} tokens:>4000",
        f"{common} time:<1s",
        f"{common} error:timeout",
        f"{usual} is:starred",
        f"{common} tag:demo",
        f"{usual} after:2024-06-01 before:2024-06-15",
        f"{common} before:2024-03-02",
        f'"{words[10]} {words[11]}" winner:bad',
        f"{usual} {words[151]} {words[152]} {words[153]} winner:yes",
        f"{common} nothinghasthisword",
        f"{words[300][:4]}* model:model-50 -cost:>0.001",
        "一 winner:yes model:model-2",
        f"-{words[0]} error:yes kind:test",
    ]


def opened(path: Path) -> Store:
    return open_store(path, now=_NOW, uid=lambda: "bench")


def searched(
    store: Store, text: str, order: Order = "newest", after: SearchCursor | None = None
) -> tuple[float, HistoryPage]:
    """Search once; return the time in ms and the results."""
    began = time.perf_counter()
    page = store.searches.page(parse(text).query, lambda m: stored_moment(m, _NOW), order=order, after=after)
    return (time.perf_counter() - began) * 1000, page


def warm(store: Store, queries: Sequence[str], order: Order) -> dict[str, list[float]]:
    """Return the ms of each query, run TIMES times after one warm-up."""
    for query in queries:
        searched(store, query, order)
    return {query: [searched(store, query, order)[0] for _ in range(TIMES)] for query in queries}


def cold(path: Path, query: str, order: Order = "newest", *, disk: bool = False) -> float:
    """Return the ms of a query in a new process; with `disk`, the file is dropped from the page cache first."""
    if disk:
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    command = [sys.executable, "-m", "tests.bench.search", str(path), query, order]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return float(json.loads(done.stdout))


def run(full: bool) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for size in SIZES if full else SIZES[:1]:
        rows += measure(history(size), size, every=1 if full else 4)
    return rows


def measure(path: Path, size: int, every: int) -> list[dict[str, Any]]:
    """Measure one history; cold only for every `every`th query, because each needs a process."""
    shape = f"{size:,} outputs"
    store = opened(path)
    try:
        rows = [
            _timed(f"search {shape}, newest first", warm(store, plain_queries(), "newest"), NEWEST_MS),
            _timed(f"search {shape}, best match", warm(store, plain_queries(), "best"), BEST_MS),
            _timed(f"search {shape}, 20 combined", warm(store, combined_queries(), "newest"), COMBINED_MS),
            _timed(f"history of {shape}, first page", warm(store, [""], "newest"), FIRST_MS),
            *_paging(store, shape),
        ]
    finally:
        store.close()
    asked = (
        (f"search {shape}, newest first", plain_queries()[::every], "newest", NEWEST_MS),
        (f"search {shape}, best match", plain_queries()[:: 3 * every], "best", BEST_MS),
        (f"search {shape}, 20 combined", combined_queries()[::every], "newest", COMBINED_MS),
        (f"history of {shape}, first page", [""] * 3, "newest", FIRST_MS),
    )
    for disk in (False, True):
        for name, queries, order, budget in asked:
            samples = {f"{query} ({n})": [cold(path, query, order, disk=disk)] for n, query in enumerate(queries)}
            how = "from the disk" if disk else "cold"
            rows.append(_timed(f"{name}, {how}", samples, DISK_MS if disk else budget))
    return rows


def _timed(name: str, samples: dict[str, list[float]], budget: float) -> dict[str, Any]:
    every = [ms for times in samples.values() for ms in times]
    slowest = max(samples, key=lambda query: max(samples[query]))
    measured, median = percentile(every, 95), percentile(every, 50)
    return {
        "name": f"{name}, p95",
        "measured": measured,
        "budget": budget,
        "unit": "ms",
        "ok": measured <= budget,
        "notes": f"median {median:.1f} ms, worst {max(samples[slowest]):.1f} ms: {slowest or 'no words'}",
    }


def _paging(store: Store, shape: str) -> list[dict[str, Any]]:
    """Scroll to the end, without words and with a common one; then compare the first page with a far one."""
    rows = []
    for query in ("", vocabulary()[2]):
        what = f"paging {shape}{', a common word' if query else ''}"
        places, used = scroll(store, query)
        far = min(PAGE_THERE, len(places) - 1)
        pairs = [[searched(store, query, after=places[page])[0] for page in (1, far)] for _ in range(4 * TIMES)]
        near, there = (percentile([pair[n] for pair in pairs], 50) for n in (0, 1))
        # Rows differ in size; a difference of a ms or two is no growth.
        limit = 1.3 * near + 2
        rows.append(
            {
                "name": f"{what}: page {far:,}",
                "measured": there,
                "budget": limit,
                "floor": near,
                "unit": "ms",
                "ok": there <= limit,
                "notes": f"of {len(places):,}; the floor is the second page, measured in turn",
            }
        )
        grown = used[-1] - used[len(used) // 10]
        rows.append(
            {
                "name": f"{what}: memory grown",
                "measured": grown,
                "budget": FLAT_MB,
                "unit": "MB",
                "ok": grown <= FLAT_MB,
                "notes": f"from the tenth part to the end; {used[-1]:.0f} MB in all",
            }
        )
    return rows


def scroll(store: Store, query: str) -> tuple[list[SearchCursor | None], list[float]]:
    """Read every page; return the cursor of each, and the memory in MB after it."""
    places: list[SearchCursor | None] = [None]
    used: list[float] = []
    while True:
        _, page = searched(store, query, after=places[-1])
        used.append(memory_mb())
        if page.next is None:
            return places, used
        places.append(page.next)


def memory_mb() -> float:
    """Return the resident memory of this process in MB."""
    match = _RSS.search(Path("/proc/self/status").read_text(encoding="ascii"))
    if match is None:
        raise RuntimeError("the kernel does not tell the memory of this process")
    return int(match.group(1)) * 1024 / 1e6


def one_search(path: str, query: str, order: str) -> float:
    """Search once in this new process."""
    store = opened(Path(path))
    try:
        return searched(store, query, "best" if order == "best" else "newest")[0]
    finally:
        store.close()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(one_search(*sys.argv[1:])))
    else:
        print(table(rows_of(run(full=False), "search")))
