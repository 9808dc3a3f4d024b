"""Every dialog is in a list of the tests of dialog keys.

A dialog belongs to `test_dialogs_enter.MADE`, to `test_dialog_keys.OPENED`, or to both; their docstrings say which. One
that fits into neither is in ELSEWHERE, with the reason and the tests of its keys.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import workbench.ui
from tests.ui.test_dialog_keys import OPENED
from tests.ui.test_dialogs_enter import MADE
from workbench.ui.widgets.dialog import Dialog

ROOT = Path(__file__).parents[2]
ELSEWHERE: dict[str, tuple[str, str]] = {
    "AddressDialog": ("its safe button is the default one", "tests/ui/test_address_confirmation.py"),
    "CompareDialog": ("its buttons only step and swap", "tests/ui/test_window_compare.py"),
    "LargeValue": ("it has no buttons: Enter types a line", "tests/ui/test_window_sets.py"),
    "PaletteDialog": ("it has no buttons: Enter carries out the entry", "tests/ui/test_palette.py"),
    "RecoveryDialog": ("it is shown in place of the window", "tests/ui/test_damaged_start.py"),
}


def dialogs(package: str = "workbench.ui") -> list[type[Dialog]]:
    """Return the dialogs that modules of a package define, without base classes, by name."""
    for module in pkgutil.walk_packages(workbench.ui.__path__, "workbench.ui."):
        import_module(module.name)
    here = {one for one in _subclasses(Dialog) if f"{one.__module__}.".startswith(f"{package}.")}
    return sorted(here, key=lambda one: one.__name__)


def _subclasses(kind: type[Dialog]) -> Iterator[type[Dialog]]:
    for one in kind.__subclasses__():
        if not one.__subclasses__() and one.__module__.startswith("workbench."):
            yield one
        yield from _subclasses(one)


def unlisted(package: str = "workbench.ui") -> list[str]:
    """Return a sentence for each dialog of a package that is in no list."""
    listed = {one.__name__ for one in (*MADE, *OPENED)} | ELSEWHERE.keys()
    return [
        f"{one.__name__}: a row of MADE in tests/ui/test_dialogs_enter.py if it shows one primary button at once, "
        "else of OPENED in tests/ui/test_dialog_keys.py"
        for one in dialogs(package)
        if one.__name__ not in listed
    ]


def test_every_dialog_class_is_in_a_list() -> None:
    assert unlisted() == []


@pytest.mark.parametrize("name", ELSEWHERE)
def test_exceptions_name_existing_tested_dialogs(name: str) -> None:
    assert name in {one.__name__ for one in dialogs()} - {one.__name__ for one in (*MADE, *OPENED)}
    assert (ROOT / ELSEWHERE[name][1]).is_file()


def test_dialog_missing_from_the_lists_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(ELSEWHERE, "PaletteDialog")
    (found,) = unlisted("workbench.ui.features.palette")
    assert found.startswith("PaletteDialog: ")
    assert unlisted("workbench.ui.features.cases") == []
