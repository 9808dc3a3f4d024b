"""Progress of judging."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JudgeProgress:
    """Numbers of cells that wait for judges, and of calls: that run, that have ended, and that stored replies saved.

    `requests`, `spent_usd`, `reserved_usd` and `unknown` are those of the budget that judges share with answers.
    """

    waiting: int = 0
    running: int = 0
    done: int = 0
    failed: int = 0
    reused: int = 0
    requests: int = 0
    spent_usd: float = 0.0
    reserved_usd: float = 0.0
    unknown: int = 0
