"""Texts that the arguments name: in a file, on standard input, or as they are.

Invariant: a text is exact, apart from its line ends; standard input is read at most once.
"""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterable
from pathlib import Path

from workbench.core.text import unify_newlines
from workbench.host.files import read_file
from workbench.usecases.model_names import pair
from workbench.usecases.problems import RefusedError

_MOST_BYTES = 64 * 1024 * 1024
_INPUT = "-"


def standard_input(what: str) -> str:
    """Return the text on standard input; `what` names it in errors. Raises RefusedError if it is no UTF-8."""
    if sys.stdin is None:
        raise RefusedError(f"There is no standard input to read {what} from. Use a file.")
    raw = sys.stdin.buffer.read(_MOST_BYTES + 1) if hasattr(sys.stdin, "buffer") else sys.stdin.read().encode()
    return _text(raw, f"{what[0].upper()}{what[1:]} on standard input")


def text_of(given: str, what: str) -> str:
    """Return an argument as it is, or standard input for "-". Raises RefusedError."""
    return standard_input(what) if given == _INPUT else given


def values_of(given: Iterable[str]) -> dict[str, str]:
    """Return the values of variables: `name=text`, `name=@FILE`, or `name=-` for standard input, for one of them.

    `name=@@text` is a text that begins with @. Raises RefusedError.
    """
    values: dict[str, str] = {}
    from_input = ""
    for one in given:
        name, value = pair(one, "the value of a variable")
        if value == _INPUT:
            if from_input:
                raise RefusedError(
                    f"Only one value can come from standard input. Read another from a file: {name}=@FILE."
                )
            from_input, value = name, standard_input(f"the value of {name}")
        elif value.startswith("@@"):
            value = value[1:]
        elif value.startswith("@"):
            value = _file(Path(value[1:]), name)
        values[name] = value
    return values


def secret_lines(names: Iterable[str]) -> list[str]:
    """Return a secret for each name: lines of standard input, or asked for without showing them in a terminal.

    Raises RefusedError if one is missing.
    """
    found = []
    for name in names:
        if sys.stdin is not None and sys.stdin.isatty():
            line = getpass.getpass(f"{name}: ")
        else:
            line = sys.stdin.readline() if sys.stdin is not None else ""
        if not line.strip():
            raise RefusedError(f"Standard input has no line for the {name}. Pass it there: workbench … < FILE.")
        found.append(line.strip())
    return found


def _file(path: Path, name: str) -> str:
    try:
        raw = read_file(path.expanduser(), _MOST_BYTES)
    except OSError as error:
        reason = error.strerror or str(error)
        raise RefusedError(
            f"The file {path} for {name} cannot be read ({reason}). Check its name; {name}=@@… is a text with an @."
        ) from error
    return _text(raw, f"The file {path}")


def _text(raw: bytes, what: str) -> str:
    if len(raw) > _MOST_BYTES:
        raise RefusedError(f"{what} is larger than 64 MB. Shorten it.")
    try:
        return unify_newlines(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise RefusedError(f"{what} is not UTF-8 text. Save it as UTF-8 and try again.", str(error)) from error
