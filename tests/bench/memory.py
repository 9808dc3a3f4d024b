"""Memory of all processes, and of the window alone, with built-in model, LiteLLM and 10,000 iterations loaded."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.bench.histories import add_iterations, add_lane
from tests.bench.windows import PRODUCT, home, measured, started
from workbench.core.lanes import LITELLM

ITERATIONS = 10_000
ALL_MB, WINDOW_MB = 650, 200
# A provider that needs LiteLLM's translation but no key, and whose address on this machine has no server.
REFUSES = "ollama/absent"
_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


def run(full: bool) -> list[dict[str, Any]]:
    """Open the sample over a long history, run it once on the built-in model and through LiteLLM, and measure."""
    with home() as place:
        measured((*PRODUCT, "startup"), place.environment())  # makes the database with the sample
        add_iterations(place.database, ITERATIONS)
        add_lane(place.database, LITELLM, REFUSES)
        with started((*PRODUCT, "memory"), place.environment()) as window:
            states = window.line()["states"]
            tree = {pid: pss_mb(pid) for pid in family(window.pid)}
            names = {pid: "window" if pid == window.pid else _name(pid) for pid in tree}
            window.end()
    if states != ["finished", "finished", "failed"]:
        raise RuntimeError(f"the run on the built-in model and through LiteLLM ended as {states}")
    whole, alone = sum(tree.values()), tree[window.pid]
    parts = ", ".join(f"{names[pid]} {size:.0f}" for pid, size in tree.items())
    return [
        {
            "name": "memory of all processes",
            "measured": whole,
            "budget": ALL_MB,
            "unit": "MB",
            "ok": whole <= ALL_MB,
            "notes": f"proportional set size, built-in model and LiteLLM loaded, {ITERATIONS:,} iterations: {parts}",
        },
        {
            "name": "memory of the window",
            "measured": alone,
            "budget": WINDOW_MB,
            "unit": "MB",
            "ok": alone <= WINDOW_MB,
        },
    ]


def family(root: int) -> list[int]:
    """Return the pids of `root` and its descendants."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name, in parentheses, may contain anything; the fields after it do not.
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found = [root]
    for pid in found:
        found.extend(children.get(pid, ()))
    return found


def pss_mb(pid: int) -> float:
    """Return the proportional set size of a process: shared pages are divided among the processes that share them."""
    match = _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii"))
    if match is None:
        raise RuntimeError(f"the kernel does not tell the memory of process {pid}")
    return int(match.group(1)) * 1024 / 1e6


def _name(pid: int) -> str:
    arguments = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    return next((part for part in arguments if part.startswith("workbench")), Path(arguments[0]).name)
