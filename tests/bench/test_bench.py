"""The bench runner: it finds the benches, isolates them, and survives their failures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import tests.bench.__main__ as runner
from tests.bench.report import Row, percentile, rows_of, shown, table

GOOD = {"name": "typing", "measured": 3.14159, "budget": 8, "floor": 2.0, "unit": "ms", "ok": True, "notes": ""}


def test_one_dict_or_many_become_rows() -> None:
    row = Row("typing", 3.14159, 8, 2.0, "ms", True, "")
    assert rows_of(GOOD, "m") == [row]
    assert rows_of([GOOD, GOOD], "m") == [row, row]
    assert rows_of({"ok": None, "notes": ["a", "b"]}, "m") == [Row("m", None, None, None, "", None, "a; b")]


@pytest.mark.parametrize("value", [None, "text", 3, ["x"], {"ok": "yes"}, {"ok": 1}])
def test_other_return_values_are_rejected(value: Any) -> None:
    with pytest.raises(ValueError, match=r"m\.run returned"):
        rows_of(value, "m")


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        (None, "–"),
        (0, "0 ms"),
        (0.01234, "0.0123 ms"),
        (3.14159, "3.14 ms"),
        (99.96, "100.0 ms"),
        (12345.6, "12,346 ms"),
    ],
)
def test_figures_have_three_significant_digits(figure: float | None, text: str) -> None:
    assert shown(figure, "ms") == text


def test_table_is_aligned_and_followed_by_notes() -> None:
    lines = table([Row("a", 1, 2, None, "s", False, "slow"), Row("long name", 10, 2.5, 1, "s", None, "")]).splitlines()
    assert lines[2:] == [
        "a            1.00 s  2.00 s       –  MISS",
        "long name    10.0 s  2.50 s  1.00 s  not measured",
        "",
        "a: slow",
    ]


def test_percentiles_are_samples() -> None:
    samples = [float(n) for n in range(100, 0, -1)]
    assert (percentile(samples, 50), percentile(samples, 99), percentile(samples, 100)) == (50, 99, 100)
    assert percentile([7.0], 1) == 7.0
    with pytest.raises(ValueError, match="no samples"):
        percentile([], 50)


def test_report_and_test_modules_are_not_benchmarks() -> None:
    names = runner.discover(Path(runner.__file__).parent)
    assert "report" not in names
    assert not {"report", "__main__", "__init__", "test_bench"} & set(names)


def test_benchmark_runs_in_its_own_process_and_crashes_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "tests" / "bench"
    package.mkdir(parents=True)
    for name in ("__init__.py", "__main__.py", "report.py"):
        (package / name).write_bytes((runner.HERE / name).read_bytes())
    (package / "good.py").write_text(f"def run(full):\n    return {{**{GOOD!r}, 'measured': 5 if full else 4}}\n")
    (package / "broken.py").write_text("def run(full):\n    raise RuntimeError('no luck')\n")
    (package / "stuck.py").write_text("import threading\n\ndef run(full):\n    threading.Event().wait()\n")
    monkeypatch.setattr(runner, "ROOT", tmp_path)
    assert [row.measured for row in runner.run_apart("good", full=True)[0]] == [5]
    assert runner.run_all(["good"], full=False) == 0
    assert runner.run_all(["broken", "good"], full=False) == 1
    written = json.loads((tmp_path / "build" / "bench.json").read_text(encoding="utf-8"))
    assert [row["measured"] for row in written["rows"]] == [4]
    assert "no luck" in written["crashed"][0]
    monkeypatch.setattr(runner, "QUICK_S", 0.5)
    assert runner.run_all(["stuck"], full=False) == 1
    written = json.loads((tmp_path / "build" / "bench.json").read_text(encoding="utf-8"))
    assert "hung for 0.5 s" in written["crashed"][0]
