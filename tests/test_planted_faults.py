"""The planted faults change the code, and are the same for the same seed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.planted_faults import KINDS, ROOT, faults, picked

SOURCE = '''"""A docstring is no constant."""


def total(items: "list[int]", most: int) -> int:
    log("adding")
    return sum(items) + 1 if items and most > 3 else 0
'''
EXPECTED = {
    "operator": [(">", ">="), ("+", "-"), ("and", "or")],
    "constant": [("0", "1"), ("1", "2"), ("3", "4"), ('"adding"', "'dding'")],
    "call": [('log("adding")', "None")],
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_fault_of_a_kind_is_found(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "total.py"
    file.write_text(SOURCE)
    found = list(faults(file, kind))
    assert sorted((fault.before, fault.after) for fault in found) == sorted(EXPECTED[kind])
    for fault in found:
        changed = fault.source().decode()
        assert changed != SOURCE
        compile(changed, "total.py", "exec")


def test_same_seed_picks_the_same_faults() -> None:
    folder = ROOT / "workbench" / "core" / "search"
    first, again = picked(9, 1, folder), picked(9, 1, folder)
    assert first == again
    assert len({fault.file for fault in first}) > 2
    for fault in first:
        compile(fault.source(), str(fault.file), "exec")
