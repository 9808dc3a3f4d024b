"""Compares screens with the approved ones, or approves them.

Invariant: what changes by itself is not compared: times, durations, ids, ports, folders and the product's version.
"""

from __future__ import annotations

import difflib
import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from tests.patience import PATIENCE_S
from tests.ui.screens.collector import described
from workbench import __version__

APPROVED = Path(__file__).with_name("approved")
RENEW = "RENEW_SCREENS"
"""Environment variable; with any value the screens are approved instead of compared."""
WAIT_S, SHORT_WAIT_S, _STEP_MS = PATIENCE_S, 0.5, 30
_REST_MS = 250
"""How long a screen has to stay the same before it is approved."""
COMMAND = "python -m tests.ui.screens"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_LOADING = re.compile(r"\"(?:Counting|Loading|Reading) [^\"]*…")
"""Shown until a result is there, which is not approved."""
_AGO = r"(?:now|yesterday|\d+ (?:min|h)|DATE|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)"
CHANGING = (
    (r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UID"),
    (r"\b(127\.0\.0\.1|localhost):\d{4,5}\b", r"\1:PORT"),
    (rf"\b(?:(?:today|yesterday|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*),? )?(?:\d+ {_MONTH}(?: 20\d\d)?,? )?"
     r"\d\d:\d\d(?::\d\d)?(?:\.\d+)?\b", "TIME"),
    (rf"\b\d{{1,2}} {_MONTH}(?: 20\d\d)?\b|\b20\d\d-\d\d-\d\d\b", "DATE"),
    (r" · \d+ tok/s\b", ""),
    (r"(?:< ?)?\b\d+(?:\.\d+)? ?(?:m?s|kB|KB|MB|GB|KiB|MiB|GiB)\b", "AMOUNT"),
    (rf"(?<=[->] ){_AGO}(?= says )|(?<= · ){_AGO}(?= ·|\])", "AGO"),
)  # fmt: skip


def steady(text: str, *folders: Path) -> str:
    """Return a text with everything replaced that differs from one run of the tests to the next."""
    for number, folder in enumerate(folders):
        text = text.replace(str(folder), f"FOLDER{number or ''}")
    text = text.replace(__version__, "VERSION")
    for pattern, name in CHANGING:
        text = re.sub(pattern, name, text)
    return text


def is_renewed() -> bool:
    """Whether screens are approved instead of compared."""
    return bool(os.environ.get(RENEW))


class Screens:
    """The screens of one group, a folder of `approved`.

    A screen is compared once it is as approved, so no test has to find the right moment. One that does not become so
    takes `WAIT_S`; as the test fails anyway then, the others of its group are waited for only shortly.

    A name `file#part` makes the screen a part of a file.
    """

    def __init__(self, group: str, *folders: Path) -> None:
        """`folders` are temporary ones, whose paths may be shown."""
        self._folder, self._changing = APPROVED / group, folders
        self._taken: dict[str, str] = {}
        files = sorted(self._folder.glob("*.txt"))
        self._approved = {name: text for file in files for name, text in _parts(file.stem, file.read_text("utf-8"))}
        self._wait_s = WAIT_S

    def take(self, name: str, *widgets: QWidget) -> None:
        """Record what widgets show, as screen `name`."""
        self.add(name, lambda: "\n\n".join(map(described, widgets)))

    def add(self, name: str, describe: Callable[[], str]) -> None:
        """Record a screen by its description."""
        assert name not in self._taken, f"two screens are called {name}"
        is_compared = not is_renewed()
        until = time.monotonic() + self._wait_s
        approved, now = self._approved.get(name), self._steady(describe)
        before = None
        while time.monotonic() < until:
            if now == approved if is_compared else now == before and not _LOADING.search(now):
                break
            QTest.qWait(_STEP_MS if is_compared else _REST_MS)
            before, now = now, self._steady(describe)
        if time.monotonic() >= until:
            self._wait_s = min(SHORT_WAIT_S, self._wait_s)
        self._taken[name] = now

    def _steady(self, describe: Callable[[], str]) -> str:
        return steady(describe(), *self._changing) + "\n"

    def compare(self) -> None:
        """Fail with all differences from the approved screens, or approve the recorded ones if that is wanted."""
        if is_renewed():
            self._renew()
            return
        wrong = [_difference(f"{self._folder.name}/{name}", self._approved.get(name, ""), self._taken.get(name, ""))
                 for name in sorted({*self._approved, *self._taken})]  # fmt: skip
        if differences := list(filter(None, wrong)):
            pytest.fail("\n".join([*differences, "", f"If the screens are right: {COMMAND}"]), pytrace=False)

    def _renew(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for file in self._folder.glob("*.txt"):
            file.unlink()
        for name, text in self._taken.items():
            stem, _, part = name.partition("#")
            with (self._folder / f"{stem}.txt").open("a", encoding="utf-8") as approved:
                approved.write(f"{_PART}{part}\n{text}" if part else text)


_PART = "## "
"""Begins the line with the name of a part."""


def _parts(stem: str, text: str) -> Iterator[tuple[str, str]]:
    """Yield the names and texts of the parts of a file, or of the whole file if it has none."""
    if not text.startswith(_PART):
        yield stem, text
        return
    for part in re.split(rf"^{_PART}", text, flags=re.MULTILINE)[1:]:
        name, _, rest = part.partition("\n")
        yield f"{stem}#{name}", rest


def _difference(name: str, approved: str, now: str) -> str:
    lines = difflib.unified_diff(
        approved.splitlines(), now.splitlines(), f"approved {name}", f"now {name}", lineterm="", n=2
    )
    return "\n".join(lines)
