"""Mutation testing: plants faults in the product, one at a time, and counts how many the tests detect.

    python -m tests.planted_faults --count 40 --seed 1 [--coverage FILE [--most N]]

Each fault changes one operator, one constant or one call at a place that the seed picks; the three kinds alternate. The
file is changed in place, the whole suite runs until the first failure, and the file is restored. So the checkout must
have no uncommitted changes. A suite that hangs has detected the fault.

With `--coverage`, only the tests that execute the changed line run, which takes a fifth of the time; for a line that
runs only at import, the tests that execute any line of its file, or all. `--most N` runs N of them at most, picked by
the seed: a fault that only the others detect counts as missed, so a figure is never too good. FILE is written by the
suite with coverage and pytest-cov, which are not among the project's dependencies:
`pytest -n 3 --cov=workbench --cov-branch --cov-context=test`.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
SUITE = (sys.executable, "-m", "pytest", "-n", "3", "--dist", "worksteal", "-x", "-q")
LIMIT_S = 900
"""Time limit of the suite before it counts as hanging: three times a whole run."""
KINDS = ("operator", "constant", "call")
OPERATORS = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.And: ("and", "or"),
    ast.Or: ("or", "and"),
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "//"),
    ast.FloorDiv: ("//", "*"),
    ast.Div: ("/", "*"),
}


@dataclass(frozen=True)
class PlantedFault:
    """A change of `file` from byte `start` to byte `end`; `line` counts from 1."""

    file: Path
    line: int
    start: int
    end: int
    before: str
    after: str

    def source(self) -> bytes:
        """Return the source with the fault."""
        source = self.file.read_bytes()
        return source[: self.start] + self.after.encode() + source[self.end :]

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line}  {self.before}  →  {self.after}"


class _Places:
    """Converts positions in a source as `ast` counts them (lines from 1, columns in bytes) to byte offsets."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self._lines = [0]
        for line in source.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))

    def start(self, node: ast.expr) -> int:
        return self._lines[node.lineno - 1] + node.col_offset

    def end(self, node: ast.expr) -> int:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._lines[node.end_lineno - 1] + node.end_col_offset


def faults(file: Path, kind: str) -> Iterator[PlantedFault]:
    """Return every fault of a kind that fits a file."""
    places = _Places(file.read_bytes())
    tree = ast.parse(places.source)
    if kind == "operator":
        found = _operators(tree, places)
    elif kind == "constant":
        found = _constants(tree, places)
    else:
        found = _calls(tree, places)
    for line, start, end, after in found:
        yield PlantedFault(file, line, start, end, places.source[start:end].decode(), after)


def _operators(tree: ast.AST, places: _Places) -> Iterator[tuple[int, int, int, str]]:
    pairs: Iterator[tuple[ast.expr, ast.expr, ast.AST]]
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            pairs = zip((node.left, *node.comparators), node.comparators, node.ops, strict=False)
        elif isinstance(node, ast.BoolOp):
            pairs = ((left, right, node.op) for left, right in zip(node.values, node.values[1:], strict=False))
        elif isinstance(node, ast.BinOp):
            pairs = iter([(node.left, node.right, node.op)])
        else:
            continue
        for left, right, operator in pairs:
            if (words := OPERATORS.get(type(operator))) is None:
                continue
            between = places.source[places.end(left) : places.start(right)]
            # Brackets and comments may stand between the operands too.
            at = between.find(words[0].encode())
            if at >= 0 and b"#" not in between:
                start = places.end(left) + at
                yield left.end_lineno or left.lineno, start, start + len(words[0]), words[1]


def _constants(tree: ast.AST, places: _Places) -> Iterator[tuple[int, int, int, str]]:
    skipped = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(node.value)  # a docstring
        if isinstance(node, ast.JoinedStr):
            skipped.update(part for part in ast.walk(node) if isinstance(part, ast.Constant))
        for annotation in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if annotation is not None:
                skipped.update(part for part in ast.walk(annotation) if isinstance(part, ast.Constant))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or node in skipped:
            continue
        if isinstance(node.value, bool):
            after = str(not node.value)
        elif isinstance(node.value, int | float):
            after = repr(node.value + 1)
        elif isinstance(node.value, str) and node.value and node.lineno == node.end_lineno:
            after = repr(node.value[1:])
        else:
            continue
        yield node.lineno, places.start(node), places.end(node), after


def _calls(tree: ast.AST, places: _Places) -> Iterator[tuple[int, int, int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield node.lineno, places.start(node.value), places.end(node.value), "None"


def picked(count: int, seed: int, folder: Path = ROOT / "workbench") -> list[PlantedFault]:
    """Return `count` faults of a folder, alternating the three kinds; the same for the same sources and seed."""
    files = sorted(folder.rglob("*.py"))
    chosen = random.Random(seed)
    kinds = {kind: [fault for file in files for fault in faults(file, kind)] for kind in KINDS}
    return [chosen.choice(kinds[KINDS[number % len(KINDS)]]) for number in range(count)]


def tests_of(fault: PlantedFault, coverage: Path | None) -> list[str]:
    """Return the ids of the tests that execute the line of a fault, or any line of its file if the line runs only at
    import; empty if none is known.
    """
    if coverage is None:
        return []
    from coverage import CoverageData

    data = CoverageData(str(coverage))
    data.read()
    ending = fault.file.relative_to(ROOT).as_posix()
    lines = next((data.contexts_by_lineno(name) for name in data.measured_files() if name.endswith(ending)), {})
    # A statement is recorded where it begins.
    begins = max((line for line in lines if line <= fault.line), default=0)
    return _ids(lines.get(begins, ())) or _ids(context for contexts in lines.values() for context in contexts)


def _ids(contexts: Iterable[str]) -> list[str]:
    return sorted({context.rpartition("|")[0] for context in contexts if context})


def is_noticed(fault: PlantedFault, tests: list[str]) -> bool:
    """Return whether these tests, or all if none are given, fail or hang with the fault.

    The file is always restored.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
        listed.write("\n".join(tests))
        listed.flush()
        return _fails(fault, [*SUITE, f"@{listed.name}"] if tests else list(SUITE))


def _fails(fault: PlantedFault, command: list[str]) -> bool:
    whole = fault.file.read_bytes()
    fault.file.write_bytes(fault.source())
    try:
        suite = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            return suite.wait(LIMIT_S) != 0
        except subprocess.TimeoutExpired:
            os.killpg(suite.pid, signal.SIGKILL)
            suite.wait()
            return True
    finally:
        fault.file.write_bytes(whole)


def main(arguments: list[str]) -> int:
    """Plant the faults and print a line for each."""
    parser = argparse.ArgumentParser(prog="python -m tests.planted_faults", description="Count the faults noticed.")
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--coverage", type=Path, help="run only the tests that execute the line, by this data file")
    parser.add_argument("--most", type=int, default=10**6, help="run at most so many of these tests")
    parser.add_argument("--list", action="store_true", help="print the faults, plant none")
    asked = parser.parse_args(arguments)
    chosen = picked(asked.count, asked.seed)
    if asked.list:
        print(*chosen, sep="\n")
        return 0
    if subprocess.run(["git", "status", "--porcelain", "workbench"], cwd=ROOT, capture_output=True, check=True).stdout:
        print("The checkout has changes. Commit them first.")
        return 1
    noticed = 0
    for number, fault in enumerate(chosen, 1):
        began = time.monotonic()
        tests = tests_of(fault, asked.coverage)
        if len(tests) > asked.most:
            tests = sorted(random.Random(asked.seed).sample(tests, asked.most))
        caught = is_noticed(fault, tests)
        noticed += caught
        print(f"{number:3} {'noticed' if caught else 'MISSED '} {time.monotonic() - began:4.0f} s  {fault}", flush=True)
    print(f"{noticed} of {len(chosen)} noticed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
