"""`cases/<slug>.jsonl`: the cases of a prompt, one JSON object per line.

Invariant: `read(write(cases))` equals the cases. Lines end with LF; characters that editors and YAML treat as line ends
(U+2028, NEL) are escaped inside texts, so that every reader sees the same lines.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from workbench.core.cases import Case, CaseError, case_from_json, case_to_json, json_text
from workbench.core.json_parts import no_constant
from workbench.packs.errors import PackError
from workbench.packs.read_limits import MB, MOST_DEPTH, MOST_LINES, MOST_MARKS, MOST_TEXT, ReadAllowance
from workbench.packs.yaml_reader import check_length

_ENDS = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")
_MARKS = re.compile(rb"[,:\[{]")


def write(cases: Iterable[Case]) -> bytes:
    """Return the cases as JSON Lines."""
    return "".join(f"{line(case_to_json(case))}\n" for case in cases).encode()


def line(data: Any) -> str:
    """Return JSON that every reader sees as one line."""
    return _ENDS.sub(lambda match: f"\\u{ord(match[0]):04x}", json_text(data))


def read(raw: bytes, name: str, allowance: ReadAllowance | None = None) -> tuple[Case, ...]:
    """Return the cases of a file; errors quote `name`, `allowance` is that of the pack. Raises PackError."""
    allowance = allowance or ReadAllowance()
    check_length(raw, name, allowance)
    allowance.marks -= _marks(raw, allowance.marks + 1)
    if allowance.marks < 0:
        raise PackError(f"{name} exceeds the number of values allowed in the cases of one pack. Split the pack.")
    cases = []
    for number, data in lines(raw, name):
        try:
            cases.append(case_from_json(data, f"{name}, line {number}:"))
        except CaseError as error:
            raise PackError(str(error)) from error
    return tuple(cases)


def lines(raw: bytes, name: str, most: int = MOST_LINES) -> Iterator[tuple[int, Any]]:
    """Yield the number and the JSON of each non-empty line. Raises PackError."""
    counted = 0
    for number, one in enumerate(raw.split(b"\n"), start=1):
        if not one.strip():
            continue
        counted += 1
        if counted > most:
            raise PackError(f"{name} has more than {most:,} lines. Split it.")
        yield number, parse_line(one, f"{name}, line {number},")


def parse_line(raw: bytes, where: str) -> Any:
    """Return the JSON of a line. Raises PackError, whose sentence begins with `where`."""
    if len(raw) > MOST_TEXT:
        raise PackError(f"{where} has {len(raw):,} bytes; the limit is {MOST_TEXT // MB} MB. Shorten it.")
    # Commas inside texts count too: a text with so many is refused, but no case has one.
    if _marks(raw, MOST_MARKS) >= MOST_MARKS:
        raise PackError(f"{where} has too many values. Shorten it.")
    depth = max(raw.count(b"["), raw.count(b"{"))
    try:
        value = json.loads(raw.decode("utf-8-sig"), parse_constant=no_constant)
    except UnicodeDecodeError as error:
        raise PackError(f"{where} is not UTF-8 text. Save it as UTF-8.", str(error)) from error
    except RecursionError as error:
        raise PackError(f"{where} is nested too deeply. Flatten it.") from error
    except ValueError as error:
        raise PackError(f"{where} is not JSON. Correct it there.", str(error)) from error
    if depth > MOST_DEPTH and max(nodes(value)) > MOST_DEPTH:
        raise PackError(f"{where} is nested more than {MOST_DEPTH} levels deep. Flatten it.")
    return value


def _marks(raw: bytes, most: int) -> int:
    """Return the number of separators, at most `most`."""
    return sum(1 for _ in zip(_MARKS.finditer(raw), range(most), strict=False))


def nodes(value: Any) -> Iterator[int]:
    """Yield the depth of a value (1) and of every value in it."""
    waiting = [(value, 1)]
    while waiting:
        one, depth = waiting.pop()
        yield depth
        if isinstance(one, dict | list):
            waiting += [(item, depth + 1) for item in (one.values() if isinstance(one, dict) else one)]
