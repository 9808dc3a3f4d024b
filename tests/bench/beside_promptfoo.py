"""Compares the times of `promptfoo eval` and `workbench test`, as whole processes: 100 cases, 8 columns, 3 checks.

    python -m tests.bench.beside_promptfoo FOLDER [ROUNDS]

FOLDER is where `npm install promptfoo node@22` was run. Both ask the same messages of one local server, which counts
the calls; the clock runs from the start of a process to its end. promptfoo runs without telemetry, updates, remote
generation, cache and progress bar, with the concurrency that suits it best. Exit code 1: more than a quarter.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from tests.bench.engine_rig import server
from tests.bench.engine_throughput import CALLS
from tests.bench.suite import COLUMNS, PATIENCE_S, Took, tested

SHARE = 0.25
CONCURRENCY = (4, 16, 64)
"""Those tried for promptfoo; 4 is its default."""
WORKBENCH_CONCURRENCY = 16
_SWITCHES = (
    "PROMPTFOO_DISABLE_TELEMETRY",
    "PROMPTFOO_DISABLE_UPDATE",
    "PROMPTFOO_DISABLE_REMOTE_GENERATION",
    "PROMPTFOO_DISABLE_REDTEAM_REMOTE_GENERATION",
    "PROMPTFOO_DISABLE_SHARING",
)
_CHECKS = (
    {"type": "contains", "value": "Done"},
    {"type": "starts-with", "value": "D"},
    {"type": "word-count", "value": {"max": 10}},
)


def main(arguments: list[str]) -> int:
    """Run both alternately, print all times and their medians, and return the exit code."""
    folder, rounds = Path(arguments[0]).resolve(), int(arguments[1]) if len(arguments) > 1 else 3
    with server("tests.bench.engine_server") as port:
        base = f"http://127.0.0.1:{port}"
        fastest = min(CONCURRENCY, key=lambda number: _promptfoo(folder, base, number).elapsed)
        theirs, ours = list[Took](), list[Took]()
        for _ in range(rounds):
            theirs.append(_promptfoo(folder, base, fastest))
            ours.append(_workbench(base))
    for name, took in ((f"promptfoo eval -j {fastest}", theirs), ("workbench test", ours)):
        times = ", ".join(f"{one.elapsed:.2f}" for one in took)
        print(f"{name}: {times} s; {statistics.median(one.cpu for one in took):.1f} s of the processors")
    share = statistics.median(one.elapsed for one in ours) / statistics.median(one.elapsed for one in theirs)
    print(f"medians: {share:.3f} of its time, at most {SHARE}")
    return int(share > SHARE)


def _workbench(base: str) -> Took:
    """Run `workbench test`, and check that every cell was asked."""
    _arrivals(base)
    took = tested(f"{base}/v1", WORKBENCH_CONCURRENCY)
    _expect_calls(base)
    return took


def _promptfoo(folder: Path, base: str, concurrency: int) -> Took:
    """Run `promptfoo eval`, and check that every cell was asked and passed."""
    with tempfile.TemporaryDirectory(prefix="bench-promptfoo-") as home:
        _arrivals(base)
        config = Path(home, "promptfooconfig.json")
        config.write_text(json.dumps(_config(base)), "utf-8")
        command = [_node(folder), str(folder / "node_modules/promptfoo/dist/src/entrypoint.js"), "eval"]
        command += ["-c", str(config), "-j", str(concurrency), "--no-cache", "--no-progress-bar", "--no-table"]
        env = {"PATH": os.environ["PATH"], "HOME": home, "PROMPTFOO_CONFIG_DIR": home, "OPENAI_API_KEY": "none"}
        env |= dict.fromkeys(_SWITCHES, "1")
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        done = subprocess.run(command, env=env, cwd=home, capture_output=True, timeout=PATIENCE_S, check=False)
        elapsed, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            raise RuntimeError(f"exit code {done.returncode}: {done.stdout.decode()[-2000:]}{done.stderr.decode()}")
        _expect_calls(base)
    return Took(elapsed, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def _config(base: str) -> dict[str, object]:
    messages = [
        {"role": "system", "content": "You are thorough.\n" * 20},
        {"role": "user", "content": "Tell me everything."},
    ]
    column = {"apiBaseUrl": f"{base}/v1"}
    return {
        "prompts": [{"raw": json.dumps(messages), "label": "Streaming"}],
        "providers": [{"id": "openai:chat:fake", "label": f"m{n}", "config": column} for n in range(COLUMNS)],
        "defaultTest": {"assert": _CHECKS},
        "tests": [{"vars": {"name": f"value {n}"}} for n in range(CALLS // COLUMNS)],
    }


def _node(folder: Path) -> str:
    """Return the Node.js that was installed beside promptfoo, else the one of the path."""
    found = [*folder.glob("node_modules/node/bin/node"), *folder.glob("node_modules/node-*/bin/node")]
    return str(found[0]) if found else "node"


def _arrivals(base: str) -> int:
    with urllib.request.urlopen(f"{base}/arrivals", timeout=PATIENCE_S) as answer:
        return len(json.load(answer))


def _expect_calls(base: str) -> None:
    if (calls := _arrivals(base)) != CALLS:
        raise RuntimeError(f"{calls} calls instead of {CALLS}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
