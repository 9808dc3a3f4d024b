"""Rank over a real history of 10,000 verdicts, and a judging session of 500 pairs in it."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from tests.usecases.judged_history import history, runs
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.usecases.judging_session import JudgingSession
from workbench.usecases.ranking import rank

VERDICTS, PAIRS = 10_000, 500
READ_MS, RANK_MS, PAIR_MS = 500.0, 3000.0, 50.0


def run(full: bool) -> list[dict[str, Any]]:
    """Read the verdicts, rank 20 entrants, and run a judging session."""
    del full
    with tempfile.TemporaryDirectory() as folder:
        store, prompt = history(Path(folder) / "workbench.db")
        try:
            runs(store, prompt, VERDICTS, versions=10)
            began = time.perf_counter()
            store.judgements.verdicts(prompt)
            read = _ms(began)
            began = time.perf_counter()
            rank(store, prompt, "both")
            ranked = _ms(began)
            began = time.perf_counter()
            sitting = JudgingSession(store, prompt, new_uid, utc_now)
            opened = _ms(began)
            steps = [_step(sitting) for _ in range(PAIRS)]
        finally:
            store.close()
    return [
        _row(f"read {VERDICTS:,} verdicts that count", read, READ_MS, ""),
        _row(f"rank 20 entrants from {VERDICTS:,} verdicts", ranked, RANK_MS, "with intervals, costs and times"),
        _row(f"the next pair with its texts, worst of {PAIRS}", max(steps), PAIR_MS, f"opened in {opened:.0f} ms"),
    ]


def _step(sitting: JudgingSession) -> float:
    began = time.perf_counter()
    shown = sitting.prepare()
    took = _ms(began)
    if shown is not None:
        sitting.judge(shown, "winner", 1)
    if sitting.wants_to_learn:
        sitting.learn()
    return took


def _ms(began: float) -> float:
    return (time.perf_counter() - began) * 1000


def _row(name: str, measured: float, budget: float, notes: str) -> dict[str, Any]:
    return {
        "name": name,
        "measured": measured,
        "budget": budget,
        "floor": None,
        "unit": "ms",
        "ok": measured <= budget,
        "notes": notes,
    }
