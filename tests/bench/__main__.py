"""Runs the benches: `python -m tests.bench [--full] [--only NAME]… [--list]`.

Each bench has a process of its own, one after the other, so that none disturbs or inherits from another. Prints one
table, writes build/bench.json. Exit code 0, also when budgets are missed; 1 when a bench crashed or hung; 2 for an
unknown name.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench.report import Row, as_json, rows_of, table

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
QUICK_S, FULL_S = 120, 1800


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benches and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="also what takes long, such as a million rows")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="only this bench; may be repeated")
    parser.add_argument("--list", action="store_true", help="list the benches")
    parser.add_argument("--inside", metavar="NAME", help=argparse.SUPPRESS)
    parser.add_argument("--answer", metavar="FILE", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.inside:
        return run_inside(options.inside, options.full, Path(options.answer))
    names = discover(HERE)
    if unknown := sorted(set(options.only) - set(names)):
        print(f"There is no bench {', '.join(unknown)}; there are: {', '.join(names)}.", file=sys.stderr)
        return 2
    if options.list:
        print("\n".join(names))
        return 0
    return run_all([name for name in names if not options.only or name in options.only], options.full)


def discover(folder: Path) -> list[str]:
    """Return the names of the modules in `folder` that define `run`, without importing them."""
    return sorted(path.stem for path in folder.glob("*.py") if path.name != "__main__.py" and _defines_run(path))


def _defines_run(path: Path) -> bool:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(isinstance(node, ast.FunctionDef) and node.name == "run" for node in tree.body)


def run_all(names: Sequence[str], full: bool) -> int:
    """Run `names` one after the other, print the table, write the JSON. Returns the exit code."""
    rows: list[Row] = []
    crashed: list[str] = []
    started = time.monotonic()
    for name in names:
        print(f"{name} …", end=" ", file=sys.stderr, flush=True)
        began = time.monotonic()
        found, problem = run_apart(name, full)
        print(problem.splitlines()[0] if problem else f"{time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)
        if problem:
            crashed.append(f"{name}: {problem}")
        rows.extend(found)
    print(table(rows))
    print(f"\n{len(rows)} budgets in {time.monotonic() - started:.0f} s, {sum(r.ok is False for r in rows)} missed")
    write_json(ROOT / "build" / "bench.json", rows, crashed, full)
    for problem in crashed:
        print(f"\n{problem}", file=sys.stderr)
    return 1 if crashed else 0


def run_apart(name: str, full: bool) -> tuple[list[Row], str]:
    """Run one bench in its own process group. Returns its rows, and what went wrong ("" for nothing)."""
    limit = FULL_S if full else QUICK_S
    environment = dict(os.environ)
    if not any(environment.get(key) for key in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY")):
        environment["QT_QPA_PLATFORM"] = "offscreen"
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        answer, log = Path(folder, "answer.json"), Path(folder, "log")
        command = [sys.executable, "-m", "tests.bench", "--inside", name, "--answer", str(answer)]
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*command, "--full"] if full else command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                code: int | None = process.wait(limit)
            except subprocess.TimeoutExpired:
                code = None
            finally:
                _end_group(process)
        if code == 0:
            return rows_of(json.loads(answer.read_text(encoding="utf-8")), name), ""
        what = f"hung for {limit} s" if code is None else f"crashed with exit code {code}"
        tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-25:])
        return [], f"{what}\n{tail}".rstrip()


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End the bench and whatever it left running."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def run_inside(name: str, full: bool, answer: Path) -> int:
    """Run one bench in this process and write what it returned to `answer`."""
    value = importlib.import_module(f"tests.bench.{name}").run(full)
    rows_of(value, name)
    answer.write_text(json.dumps(value, default=str), encoding="utf-8")
    return 0


def write_json(path: Path, rows: Sequence[Row], crashed: Sequence[str], full: bool) -> None:
    """Write the rows, and the machine they were measured on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data: dict[str, Any] = {
        "full": full,
        "machine": {"cpus": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()},
        "rows": as_json(rows),
        "crashed": list(crashed),
    }
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
