"""A package's table of formats consists of the rows of its modules."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from workbench.formats.code.source import CodeTarget
from workbench.formats.format_rows import rows_of

ROW = (
    "from workbench.formats.code.source import CodeTarget\nFORMAT = CodeTarget({title!r}, {order}, lambda source: '')\n"
)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "discovered_formats"
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.startswith("discovered_formats")]:
        monkeypatch.delitem(sys.modules, name)
    return folder


def test_formats_are_sorted_by_order_and_other_modules_skipped(package: Path) -> None:
    (package / "a.py").write_text(ROW.format(title="second", order=20))
    (package / "b.py").write_text(ROW.format(title="first", order=10))
    (package / "shared.py").write_text("HELP = 1\n")
    found = rows_of("discovered_formats", [str(package)], CodeTarget)
    assert [row.title for row in found] == ["first", "second"]


def test_format_of_another_type_is_refused(package: Path) -> None:
    (package / "c.py").write_text("FORMAT = 1\n")
    with pytest.raises(TypeError, match=r"FORMAT of discovered_formats\.c is no CodeTarget"):
        rows_of("discovered_formats", [str(package)], CodeTarget)
