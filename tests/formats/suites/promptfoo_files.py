"""Configurations of promptfoo for tests: in memory, or the samples beside this file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from workbench.core.content import Content
from workbench.core.templates import content_variables, fill
from workbench.core.testing.imported_suite import ImportedSuite
from workbench.formats.suites.promptfoo import read_config
from workbench.formats.suites.suite_files import MissingSuiteFileError
from workbench.formats.suites.suite_format import SuiteSource
from workbench.packs.jinja import render

NAME = "promptfooconfig.yaml"
SAMPLES = Path(__file__).parent / "samples"


class MemoryFiles:
    """Files in memory, by path."""

    def __init__(self, files: Mapping[str, str | bytes]) -> None:
        self._files = files

    def read(self, path: str) -> bytes:
        """Return a file."""
        if path not in self._files:
            raise MissingSuiteFileError("does not exist")
        body = self._files[path]
        return body.encode() if isinstance(body, str) else body

    def is_file(self, path: str) -> bool:
        """Whether there is a file."""
        return path in self._files

    def paths(self, folder: str) -> tuple[str, ...]:
        """Return all paths below a folder."""
        return tuple(sorted(path for path in self._files if not folder or path.startswith(f"{folder}/")))


def suite_of(config: str, env: Mapping[str, str] | None = None, **files: str | bytes) -> ImportedSuite:
    """Read a configuration with files beside it; `__` in their names is a dot, `___` a slash."""
    named = {name.replace("___", "/").replace("__", "."): body for name, body in files.items()}
    return read_config(SuiteSource(NAME, MemoryFiles({NAME: config, **named}), env or {}))


def lost(suite: ImportedSuite, kind: str = "") -> str:
    """Return all losses, one a line."""
    return "\n".join(f"{loss.where}: {loss.sentence}" for loss in suite.losses if kind in ("", loss.kind))


def rendered(content: Content, values: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the messages that are sent."""
    texts = [message.text for message in content.messages]
    if content.template == "plain":
        assert set(content_variables(content)) <= values.keys()
        made = [fill(text, values) for text in texts]
    else:
        made = render([("it", text) for text in texts], values)
    return [(message.role, text) for message, text in zip(content.messages, made, strict=True)]
