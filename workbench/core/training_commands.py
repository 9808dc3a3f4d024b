"""The commands that train with the files of a hand-over, and that bring the result back, as dated data.

Invariant: `resources/training/commands.yml` is the only place of these commands. Nothing here runs any of them.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from workbench.core import yaml12

_PACKAGE = Path(__file__).resolve().parents[1]
# In a checkout, resources are beside the package; in a wheel, inside it.
_ROOTS = (_PACKAGE / "resources" / "training", _PACKAGE.parent / "resources" / "training")


@dataclass(frozen=True, slots=True)
class CommandRoute:
    """A way to train. `train` has a command for each kind of rows that it takes, with placeholders; `validation` is
    what is added if there are rows for validation. `folder` is the folder of its files in the hand-over."""

    id: str
    title: str
    folder: str
    sources: tuple[str, ...]
    install: str
    upload: str
    train: Mapping[str, str]
    validation: str
    note: str = ""

    def lines(self, kind: str, parts: tuple[str, ...], filled: Mapping[str, str], *, validates: bool) -> list[str]:
        """Return the commands for these parts in order; empty if the route does not take rows of this kind."""
        if kind not in self.train:
            return []
        quoted = {name: shlex.quote(value) for name, value in filled.items()}
        extra = self.validation.format(**quoted) if validates else ""
        lines = self.install.strip().splitlines()
        uploaded = (*parts, "validation") if validates else parts
        lines += [self.upload.format(part=part) for part in uploaded if self.upload]
        return [*lines, *(self.train[kind].format(part=part, validation=extra, **quoted) for part in parts)]


@dataclass(frozen=True, slots=True)
class AdapterSettings:
    """Settings of a LoRA adapter to start from; `learning_rate` is by the kind of rows, written as in the commands."""

    rank: int
    alpha: int
    learning_rate: Mapping[str, str]

    def filled(self, kind: str) -> dict[str, str]:
        """Return what fills the placeholders of commands for rows of a kind."""
        return {"rank": str(self.rank), "alpha": str(self.alpha), "learning_rate": self.learning_rate[kind]}


@dataclass(frozen=True, slots=True)
class WayBack:
    """A way to bring a tuned model back as a lane: words with placeholders, and commands."""

    title: str
    words: str
    commands: str


@dataclass(frozen=True, slots=True)
class TrainingCommands:
    """All commands. `date` is when the documentation was read, `base_model` the suggested one."""

    date: str
    base_model: str
    settings: AdapterSettings
    routes: tuple[CommandRoute, ...]
    back: tuple[WayBack, ...]


@cache
def training_commands() -> TrainingCommands:
    """Return the commands that come with the product; they never change while the program runs."""
    path = next(file for root in _ROOTS if (file := root / "commands.yml").exists())
    data: Any = yaml12.read_yaml(path.read_text(encoding="utf-8")).value
    return TrainingCommands(
        data["date"],
        data["base_model"],
        AdapterSettings(**data["settings"]),
        tuple(_route(row) for row in data["routes"]),
        tuple(WayBack(row["title"], row["words"].strip(), row["commands"].strip()) for row in data["back"]),
    )


def _route(row: Mapping[str, Any]) -> CommandRoute:
    return CommandRoute(
        row["id"],
        row["title"],
        row["folder"],
        tuple(row["sources"]),
        row["install"],
        row.get("upload", ""),
        row["train"],
        row["validation"],
        row.get("note", ""),
    )
