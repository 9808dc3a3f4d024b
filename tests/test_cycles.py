"""No two modules import each other, directly or through others; imports in functions and for types count too."""

from __future__ import annotations

from pathlib import Path

import grimp
import pytest


def cycles(package: str) -> list[list[str]]:
    """Return the sets of modules that import each other, directly or through others; each sorted."""
    graph = grimp.build_graph(package, exclude_type_checking_imports=False, cache_dir=None)
    found = []
    left = set(graph.modules)
    while left:
        module = left.pop()
        tied = graph.find_upstream_modules(module) & graph.find_downstream_modules(module)
        if tied - {module}:
            found.append(sorted(tied | {module}))
        left -= tied
    return sorted(found)


def test_package_has_no_import_cycles() -> None:
    assert cycles("workbench") == []


def test_imports_for_types_and_in_functions_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "circular"
    package.mkdir()
    for name, text in {
        "__init__": "",
        "typed": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from circular.plain import b\n",
        "plain": "from circular import late\n",
        "late": "def f():\n    from circular.typed import c\n",
        "apart": "from circular import plain\n",
    }.items():
        (package / f"{name}.py").write_text(text, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert cycles("circular") == [["circular.late", "circular.plain", "circular.typed"]]
