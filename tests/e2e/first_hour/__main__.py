"""Does the tasks of the first hour and prints what they took: `python -m tests.e2e.first_hour [WORD …]`.

Words choose the tasks whose names contain one of them. A picture of the end of every task goes to build/first-hour.
Exits with 1 when a task fails, or takes more actions than its goal or than before.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.first_hour.desk import Desk, display, missing
from tests.e2e.first_hour.hands import TaskFailedError
from tests.e2e.first_hour.tasks import TASKS, Task
from tests.fakes.provider import FakeProvider

PICTURES = Path(__file__).resolve().parents[3] / "build" / "first-hour"


@dataclass(frozen=True)
class Measured:
    """What a task took; `trouble` is "" when it was done within its goal."""

    task: Task
    keys: int = 0
    texts: int = 0
    waits: int = 0
    trouble: str = ""


def measure(task: Task, screen: str) -> Measured:
    """Do a task with a history, a provider and a program of its own."""
    with tempfile.TemporaryDirectory(prefix="first-hour-", ignore_cleanup_errors=True) as home, FakeProvider() as fake:
        desk = Desk(Path(home), fake, screen)
        try:
            task.prepare(desk)
            with desk.opened() as hands:
                try:
                    hands.start()
                    task.do(desk, hands)
                finally:
                    desk.picture(PICTURES / f"{task.name.replace(' ', '-')}.png")
        except TaskFailedError as error:
            return Measured(task, trouble=str(error))
    missed = task.goal is not None and hands.actions > task.goal
    trouble = "over the goal" if missed else "more than before" if hands.actions > task.before else ""
    return Measured(task, hands.keys, hands.texts, hands.waits, trouble)


def table(rows: list[Measured]) -> str:
    """Return the measurements as text."""
    lines = [f"{'task':32} {'keys':>5} {'texts':>6} {'actions':>8} {'waits':>6} {'goal':>5} {'before':>7}"]
    for row in rows:
        figures = (row.keys, row.texts, row.keys + row.texts, row.waits)
        keys, texts, actions, waits = ("–",) * 4 if row.trouble and not row.keys else map(str, figures)
        goal = str(row.task.goal or "–")
        line = f"{row.task.name:32} {keys:>5} {texts:>6} {actions:>8} {waits:>6} {goal:>5} {row.task.before:>7}"
        lines.append(f"{line}  {row.trouble}".rstrip())
    return "\n".join(lines)


def main(words: list[str]) -> int:
    """Do the chosen tasks; return the exit code."""
    if lacking := missing():
        print(f"Install {', '.join(lacking)} first: sh packaging/system-libs.sh deep", file=sys.stderr)
        return 2
    chosen = [task for task in TASKS if not words or any(word in task.name for word in words)]
    with display() as screen:
        rows = [measure(task, screen) for task in chosen]
    print(table(rows))
    better = sum(0 < row.keys + row.texts < row.task.before for row in rows)
    print(f"{better} of {len(rows)} tasks take fewer actions than before")
    return int(any(row.trouble for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
