"""Reading the files of a configuration, and collecting what it loses.

Invariant: every file goes through `ConfigLoader.text`, which reads only inside the folder of the configuration, and
every problem names the file and the place in it. Environment variables are filled in only if they were given, and never
one that may hold a key.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections import Counter
from typing import Any

from workbench.core.cases import json_text
from workbench.core.checks.js_text import to_string, trim
from workbench.core.imported_runs import clean
from workbench.core.secret_names import is_secret_name, is_secret_value
from workbench.core.testing.imported_suite import LossKind, SuiteLoss
from workbench.core.yaml12 import YamlError, read_yaml
from workbench.formats.suites.suite_files import (
    SuiteFileProblemError,
    inside,
    is_pattern,
    matching,
)
from workbench.formats.suites.suite_format import SuiteFileError, SuiteSheet, SuiteSource
from workbench.formats.suites.value_files import ValueFiles

FILE = "file://"
CODE = (".js", ".cjs", ".mjs", ".ts", ".cts", ".mts", ".py", ".rb", ".go", ".sh", ".bash", ".exe", ".bat", ".cmd")
"""Extensions of files that would have to be run."""
MOST_CONFIG_BYTES = 4 * 2**20
_MOST_LOSSES = 200
_MOST_KEPT = 20_000
_MOST_PLACES = 3
_MOST_ROWS = 100_000
_MOST_CHARACTERS = 200_000_000
_ENV = re.compile(r"""\{\{-?\s*env(?:\.(\w+)|\[\s*['"]([^'"]+)['"]\s*\])\s*-?\}\}""")
_TOOL_SCHEMA = re.compile(r"providers\[\d+\]\.config\.(tools\[\d+\]\.function|functions\[\d+\])\.parameters")
"""The places of schemas whose references promptfoo leaves alone."""
_POINTER = re.compile(r"~[01]")
_MOST_REFERENCES = 200_000


class ConfigLoader:
    """Loads what a configuration refers to. `losses` are in the order in which they were found, each once."""

    def __init__(self, source: SuiteSource) -> None:
        self._files, self._sheet = source.files, source.sheet
        self._given = {name: value for name, value in source.env.items() if not _may_be_key(name, value)}
        self._own: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self._values: dict[str, str] = {}
        self._room = _MOST_CHARACTERS
        self.attached = ValueFiles(self._body, self.lose)
        """The files that are values."""
        self._losses: dict[SuiteLoss, None] = {}
        self._more = 0
        self.env_names: dict[str, None] = {}

    @property
    def losses(self) -> tuple[SuiteLoss, ...]:
        """What was lost; the same in many places is named once, and a note says how many more there are."""
        places = Counter((loss.kind, loss.sentence) for loss in self._losses)
        found: dict[tuple[LossKind, str], list[SuiteLoss]] = {}
        for loss in self._losses:
            found.setdefault((loss.kind, loss.sentence), []).append(loss)
        made: list[SuiteLoss] = []
        for (kind, sentence), losses in found.items():
            if (count := places[kind, sentence]) > _MOST_PLACES:
                made.append(SuiteLoss(kind, f"{losses[0].where} and {count - 1:,} more", sentence))
            else:
                made += losses
        more = len(made) - _MOST_LOSSES + self._more
        if more > 0:
            made[_MOST_LOSSES:] = [SuiteLoss("note", "", f"{more:,} more remarks are not listed.")]
        return tuple(made)

    def refusals(self) -> str:
        """Return the sentence of the first part that cannot be tested, "" for none."""
        return next((loss.sentence for loss in self._losses if loss.kind == "refused"), "")

    def lose(self, kind: LossKind, where: str, sentence: str) -> None:
        """Note a loss."""
        loss = SuiteLoss(kind, where, sentence)
        if loss in self._losses:
            return
        if len(self._losses) >= _MOST_KEPT:
            self._more += 1
        else:
            self._losses[loss] = None

    def text(self, reference: str, where: str, folder: str = "") -> str:
        """Return the text of a file, without a byte order mark and with LF line ends. Raises SuiteFileError."""
        try:
            path = self._path(reference, folder)
            if path not in self._texts:
                self._texts[path] = clean(self._files.read(path).decode("utf-8-sig"))
            return self._texts[path]
        except SuiteFileProblemError as error:
            raise SuiteFileError(f"{where}: the file {_shown(reference)} {error}. Correct it there.") from error
        except UnicodeDecodeError as error:
            sentence = f"{where}: the file {_shown(reference)} is not UTF-8 text. Save it as UTF-8."
            raise SuiteFileError(sentence) from error

    @property
    def reads_sheets(self) -> bool:
        """Whether workbooks are read."""
        return self._sheet is not None

    def sheet(self, path: str, name: str, where: str) -> SuiteSheet | None:
        """Return a sheet of a workbook, None if workbooks are not read. Raises SuiteFileError."""
        if self._sheet is None:
            return None
        try:
            found = self._sheet(self._files.read(self._path(path, "")), name)
        except SuiteFileProblemError as error:
            raise SuiteFileError(f"{where}: the file {_shown(path)} {str(error).rstrip('.')}.") from error
        self.count(sum(len(cell) for row in found.rows for cell in row))
        return found

    def value(self, reference: str, where: str) -> str:
        """Return the content of a file as promptfoo puts it into a variable. Raises SuiteFileError."""
        path = self.filled(reference.removeprefix(FILE))
        if path not in self._values:
            text = self.text(path, where)
            is_yaml = path.lower().endswith((".yaml", ".yml"))
            self._values[path] = json_text(self.structure(text, path)) if is_yaml else trim(text)
        return self._values[path]

    def _body(self, reference: str, where: str) -> bytes:
        try:
            return self._files.read(self._path(reference, ""))
        except SuiteFileProblemError as error:
            raise SuiteFileError(f"{where}: the file {_shown(reference)} {error}. Correct it there.") from error

    def count(self, characters: int) -> None:
        """Count the characters of values. Raises SuiteFileError if there are too many."""
        self._room -= characters
        if self._room < 0:
            most = _MOST_CHARACTERS // 1_000_000
            raise SuiteFileError(
                f"The values of this configuration have more than {most} million characters. Split it."
            )

    def exists(self, reference: str, folder: str = "") -> bool:
        """Whether a file inside the folder exists and can be read."""
        try:
            return self._files.is_file(self._path(reference, folder))
        except SuiteFileProblemError:
            return False

    def paths(self, reference: str, where: str, folder: str = "") -> tuple[str, ...]:
        """Return the paths that a reference with wild cards, or of a folder, stands for. Raises SuiteFileError."""
        try:
            return matching(self._files, inside(folder, self.filled(reference.removeprefix(FILE))))
        except SuiteFileProblemError as error:
            raise SuiteFileError(f"{where}: the path {_shown(reference)} {error}. Correct it there.") from error

    def _path(self, reference: str, folder: str) -> str:
        return inside(folder, self.filled(reference.removeprefix(FILE)))

    def structure(self, text: str, name: str) -> Any:
        """Return the value of YAML or JSON text. Raises SuiteFileError."""
        try:
            return _json(text)
        except ValueError:
            pass
        except RecursionError as error:
            raise SuiteFileError(f"{name} is nested too deeply. Flatten it.") from error
        try:
            found = read_yaml(text)
        except YamlError as error:
            raise SuiteFileError(f"{name} cannot be read as YAML: {error}. Correct it there.") from error
        for date in dict.fromkeys(found.dates):
            sentence = f"The date {date} stays a text here; promptfoo sends “[object Object]” for it. Put it in quotes."
            self.lose("differs", name, sentence)
        return found.value

    def loaded(self, value: Any, where: str, folder: str = "") -> Any:
        """Return a value with the references to files in it replaced by their content, as promptfoo loads them.

        Code stays a reference. Raises SuiteFileError.
        """
        if isinstance(value, list):
            return [self.loaded(one, f"{where}[{number}]", folder) for number, one in enumerate(value)]
        if not isinstance(value, str) or not value.startswith(FILE):
            return value
        path = self.filled(value.removeprefix(FILE))
        if is_code(path):
            return value
        if not is_pattern(path):
            return self._content(path, where, folder)
        paths = self.paths(path, where, folder)
        if not paths:
            raise SuiteFileError(f"{where}: no file matches {_shown(path)}. Correct it there.")
        joined: list[Any] = []
        for one in paths:
            content = self._content(one, where)
            joined += content if isinstance(content, list) else [] if content is None else [content]
        return joined

    def loaded_deeply(self, value: Any, where: str, folder: str = "") -> Any:
        """Return `loaded` of everything inside, except below `vars` and the code of checks. Raises SuiteFileError."""
        if isinstance(value, dict):
            return {
                key: one if key == "vars" else self.loaded_deeply(one, f"{where}.{key}", folder)
                for key, one in value.items()
            }
        if isinstance(value, list):
            return [self.loaded_deeply(one, f"{where}[{number}]", folder) for number, one in enumerate(value)]
        return self.loaded(value, where, folder)

    def _content(self, path: str, where: str, folder: str = "") -> Any:
        text = self.text(path, where, folder)
        name = path.lower()
        if name.endswith((".json", ".yaml", ".yml")):
            return self.structure(text, path)
        if name.endswith(".csv"):
            rows = csv_rows(text, path)
            return [next(iter(row.values())) for row in rows] if rows and len(rows[0]) == 1 else rows
        return text

    def set_environment(self, env: Any) -> None:
        """Take the variables that the file sets itself, except those that may hold keys."""
        for name, value in env.items() if isinstance(env, dict) else ():
            if _may_be_key(str(name), value):
                self.lose("left_out", f"env.{name}", "Keys in the file are not used. Set them in the environment.")
            elif isinstance(value, str | int | float | bool):
                self._own[name] = self.filled(to_string(value))

    def filled(self, text: str) -> str:
        """Return a text with those environment variables filled in that are known."""
        return _ENV.sub(self._variable, text) if "{{" in text else text

    def filled_deeply(self, value: Any) -> Any:
        """Return a value with `filled` texts."""
        if isinstance(value, str):
            return self.filled(value)
        if isinstance(value, list):
            return [self.filled_deeply(one) for one in value]
        return {key: self.filled_deeply(one) for key, one in value.items()} if isinstance(value, dict) else value

    def _variable(self, found: re.Match[str]) -> str:
        name = found[1] or found[2]
        value = self._own.get(name, self._given.get(name))
        if value is None:
            self.env_names[name] = None
            return found[0]
        return value

    def dereferenced(self, config: Any) -> Any:
        """Return a configuration with `$ref: '#/…'` replaced by what it names. Raises SuiteFileError."""
        return _References(config, self).resolved(config, "", ())


class _References:
    """Replaces references inside of one document."""

    def __init__(self, root: Any, loader: ConfigLoader) -> None:
        self._root, self._loader = root, loader
        self._left = _MOST_REFERENCES

    def resolved(self, value: Any, where: str, inside_of: tuple[str, ...]) -> Any:
        self._left -= 1
        if self._left < 0:
            raise SuiteFileError("The references ($ref) of this configuration make it too large. Remove some.")
        if isinstance(value, list):
            return [self.resolved(one, f"{where}[{number}]", inside_of) for number, one in enumerate(value)]
        if not isinstance(value, dict) or _TOOL_SCHEMA.fullmatch(where):
            return value
        reference = value.get("$ref")
        if not isinstance(reference, str):
            return {key: self.resolved(one, f"{where}.{key}".lstrip("."), inside_of) for key, one in value.items()}
        if reference in inside_of:
            raise SuiteFileError(f"{where}: the reference {_shown(reference)} contains itself. Remove it.")
        found = self._named(reference)
        if found is None:
            # It may be a reference inside of a JSON Schema, which promptfoo refuses.
            sentence = f"The reference {_shown(reference)} is kept as it is; promptfoo refuses the file because of it."
            self._loader.lose("differs" if reference.startswith("#") else "left_out", where, sentence)
            return value
        target = self.resolved(found[0], where, (*inside_of, reference))
        beside = {key: self.resolved(one, where, inside_of) for key, one in value.items() if key != "$ref"}
        return {**target, **beside} if beside and isinstance(target, dict) else target

    def _named(self, reference: str) -> tuple[Any] | None:
        if not reference.startswith("#/"):
            return None
        place = self._root
        for part in reference[2:].split("/"):
            name = _POINTER.sub(lambda found: "~" if found[0] == "~0" else "/", part)
            if isinstance(place, dict) and name in place:
                place = place[name]
            elif isinstance(place, list) and name.isdecimal() and len(name) < 7 and int(name) < len(place):
                place = place[int(name)]
            else:
                return None
        return (place,)


def _may_be_key(name: str, value: Any) -> bool:
    return is_secret_name(name) or (isinstance(value, str) and is_secret_value(value))


def is_code(path: str) -> bool:
    """Whether a path, with or without the name of a function, is that of a file that would have to be run."""
    name = path.lower()
    before = name.rpartition(":")[0]
    return name.endswith(CODE) or before.endswith(CODE)


def csv_rows(text: str, name: str) -> list[dict[str, str]]:
    """Return the rows of a table with the names of its columns. Raises SuiteFileError."""
    if not text.strip():
        return []
    reader = csv.reader(io.StringIO(text, newline=""))
    rows: list[dict[str, str]] = []
    head: list[str] | None = None
    try:
        for row in reader:
            if not row:
                continue
            if head is None:
                head = row
                continue
            if len(row) != len(head):
                line = reader.line_num
                raise SuiteFileError(
                    f"Line {line} of {name} has {len(row)} cells, and the first one {len(head)}. Correct it there."
                )
            rows.append(dict(zip(head, row, strict=True)))
            if len(rows) > _MOST_ROWS:
                raise SuiteFileError(f"{name} has more than {_MOST_ROWS:,} rows. Split it.")
    except csv.Error as error:
        raise SuiteFileError(f"Line {reader.line_num} of {name} cannot be read: {error}. Correct it there.") from error
    return rows


def json_lines(text: str, name: str) -> list[Any]:
    """Return the values of a file with one JSON text per line. Raises SuiteFileError."""
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                found.append(_json(line))
            except (ValueError, RecursionError) as error:
                raise SuiteFileError(f"Line {number} of {name} is not JSON: {error}. Correct it there.") from error
            if len(found) > _MOST_ROWS:
                raise SuiteFileError(f"{name} has more than {_MOST_ROWS:,} lines. Split it.")
    return found


def _json(text: str) -> Any:
    def no_number(name: str) -> None:
        raise ValueError(f"{name} is not a number")

    return json.loads(text, parse_constant=no_number, parse_int=_whole, parse_float=_whole)


def _whole(digits: str) -> float:
    """Return a number as JavaScript reads it, a whole one as int."""
    if len(digits) <= 15 and digits.lstrip("-").isdecimal():
        return int(digits)
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"{digits[:20]} is too large a number")
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _shown(reference: str) -> str:
    return f"“{reference.removeprefix(FILE)[:200]}”"
