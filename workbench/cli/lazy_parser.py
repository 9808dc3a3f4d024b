"""Argument parsers that are completed when their command is used, and that correct misspelt words.

Invariant: modules that only one command's arguments and help need are not imported by the other commands. A key that
is given as an argument is not repeated in the error about it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Any

_ALIKE = 0.6
"""Least similarity of a word and its correction, as difflib counts it."""
_MOST_CORRECTIONS = 3


class LazyParser(argparse.ArgumentParser):
    """Calls `complete` with itself before it first parses arguments or formats help or usage.

    `repeats` is False if errors must not repeat words of the command line, which may be secrets.
    """

    def __init__(
        self,
        *args: Any,
        complete: Callable[[argparse.ArgumentParser], None] | None = None,
        repeats: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.repeats = repeats
        self._complete = complete

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        self._be_complete()
        known, left = super().parse_known_args(args, namespace)
        if left and not self._has_commands():
            self.error(self._unknown(left))
        return known, left

    def format_help(self) -> str:
        self._be_complete()
        return super().format_help()

    def format_usage(self) -> str:
        self._be_complete()
        return super().format_usage()

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if isinstance(action, argparse._SubParsersAction) and value not in action.choices:
            raise argparse.ArgumentError(None, self._no_command(str(value), action))
        super()._check_value(action, value)

    def _no_command(self, word: str, action: argparse._SubParsersAction[Any]) -> str:
        close = [f"{self.prog} {name}" for name in _corrections(word, action.choices)]
        below = [line for line in _commands(self) if line.rpartition(" ")[2] == word]
        said = _did_you_mean(below or close)
        return f"there is no command “{word}”. {said or f'{self.prog} --help lists all.'}"

    def _unknown(self, left: list[str]) -> str:
        if not self.repeats:
            return "there are too many words. A key is read from standard input and is never an argument."
        options = [option for action in self._actions for option in action.option_strings]
        wrong = next((word for word in left if word.startswith("-")), left[0])
        near = _corrections(wrong.partition("=")[0], options) if wrong.startswith("--") else []
        return f"unrecognized arguments: {' '.join(left)}. {_did_you_mean(near)}".removesuffix(" ")

    def _has_commands(self) -> bool:
        return any(isinstance(action, argparse._SubParsersAction) for action in self._actions)

    def _be_complete(self) -> None:
        complete, self._complete = self._complete, None
        if complete is not None:
            complete(self)


def _corrections(word: str, among: Iterable[str]) -> list[str]:
    return get_close_matches(word, list(among), _MOST_CORRECTIONS, _ALIKE)


def _did_you_mean(found: Sequence[str]) -> str:
    *most, last = [f"“{one}”" for one in found[:_MOST_CORRECTIONS]] or [""]
    return f"Did you mean {' or '.join(filter(None, (', '.join(most), last)))}?" if found else ""


def _commands(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Yield the command lines below a parser, without their arguments."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                yield child.prog
                yield from _commands(child)
