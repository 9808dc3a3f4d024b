"""An argument parser that is completed when its command is used.

Invariant: modules that only one command's arguments and help need are not imported by the other commands.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Any


class LazyParser(argparse.ArgumentParser):
    """Calls `complete` with itself before it first parses arguments or formats help or usage."""

    def __init__(
        self, *args: Any, complete: Callable[[argparse.ArgumentParser], None] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._complete = complete

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        self._be_complete()
        return super().parse_known_args(args, namespace)

    def format_help(self) -> str:
        self._be_complete()
        return super().format_help()

    def format_usage(self) -> str:
        self._be_complete()
        return super().format_usage()

    def _be_complete(self) -> None:
        complete, self._complete = self._complete, None
        if complete is not None:
            complete(self)
