"""What a feature and a command consist of, and which of these parts are missing."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from PySide6.QtGui import QKeySequence

from tests.ui.features import test_alone
from tests.ui.test_dialog_lists import unlisted
from workbench.app.commands import GROUPS, Command, WindowState
from workbench.app.keymap import spoken
from workbench.ui.composition import FEATURES
from workbench.ui.shell.feature import Feature

ROOT = Path(__file__).parents[3]
MOST_TITLE = 60
"""Characters of a title that fits into menus."""


def lacks_of_feature(row: Feature[Any]) -> list[str]:
    """Return a sentence for each part that a feature or one of its commands lacks."""
    package = f"workbench.ui.features.{row.id}"
    here, alone = f"workbench/ui/features/{row.id}/__init__.py", Path(test_alone.__file__)
    view, part = row.view, row.part
    preloaded = (*row.preload, *(view.preload if view else ()), *(part.preload if part else ()))
    drive = f"drive_{row.id}.py"
    needed = {
        f"{here}: a docstring that says what it does": (import_module(package).__doc__ or "").strip(),
        f"{here}: a command, view, part or subscription to reach it by": row.commands
        or view
        or part
        or row.subscriptions,
        f"{here}: a function `make`": callable(row.make),
        **{f"{name}: this module of `preload`": _exists(name) for name in preloaded},
        f"tests/ui/features/{drive}: a program that drives it with stand-ins": alone.with_name(drive).is_file(),
        f"tests/ui/features/test_alone.py: a function test_{row.id}": hasattr(test_alone, f"test_{row.id}"),
    }
    lacks = [what for what, there in needed.items() if not there]
    return [*lacks, *unlisted(package), *(one for command in row.commands for one in lacks_of_command(command))]


def lacks_of_command(row: Command) -> list[str]:
    """Return a sentence for each part that a command lacks."""
    title, key = row.title, shown_key(row)
    needed = {
        "an id of small letters, digits and _": re.fullmatch(r"[a-z][a-z0-9_]*", row.id),
        "a title without spaces around it": title == title.strip(),
        "a title that starts with a capital": title[:1].isupper(),
        "a title without a full stop": not title.endswith("."),
        f"a title of at most {MOST_TITLE} characters": len(title) <= MOST_TITLE,
        f"a group of {', '.join(GROUPS)}": row.group in GROUPS,
        "an action `run`": row.run is not None,
        f"views out of {', '.join(FEATURES.views())}": {*row.views, *row.navigates_in} <= {*FEATURES.views()},
        "a condition that returns a bool": isinstance(row.enabled(WindowState()), bool),
        "keys in the spelling of Qt, which stored keys have": all(
            QKeySequence(one).toString() == one for one in row.shortcuts
        ),
    }
    lacks = [f"command {row.id}: {what}" for what, there in needed.items() if not there]
    if key and not is_on_sheet(key):
        lacks.append(f"docs/keys.md: {key}, which python -m tests.guide adds")
    return lacks


def shown_key(row: Command) -> str:
    """Return the first key of a command as the keyboard sheet writes it, "" if it has none."""
    return spoken(row.shortcuts[0]) if row.shortcuts else ""


def is_on_sheet(key: str) -> bool:
    """Whether the first column of a table of the keyboard sheet has this key."""
    sheet = (ROOT / "docs" / "keys.md").read_text("utf-8")
    listed = [line.split("|")[1].strip() for line in sheet.splitlines() if line.startswith("| ")]
    return any(re.search(rf"(?<!\S){re.escape(key)}(?=[, ]|$)", keys) for keys in listed)


def _exists(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
