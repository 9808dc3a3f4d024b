"""Number formats of an .xlsx sheet that change the text of a number: percentages and leading zeros.

Invariant: this only adds to what is shown. A workbook whose formats cannot be read, or with too many formatted cells,
has none; the limits of the process hold here as well.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from xml.etree import ElementTree

_MOST_FORMATTED = 1_000_000
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_READ = re.compile(r"0(?:\.(0{1,9}))?%|0{2,15}")
_BUILT_IN = {"9": "0%", "10": "0.00%"}


def cell_formats(body: bytes, sheet: str) -> Mapping[str, str]:
    """Return the formats of cells of a sheet that `formatted` applies, by place ("B2")."""
    found: dict[str, str] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            codes = _codes(ElementTree.parse(book.open("xl/styles.xml")).getroot())
            for place, style in _styled(book, sheet) if codes else ():
                if style in codes:
                    found[place] = codes[style]
                if len(found) > _MOST_FORMATTED:
                    return {}
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, NotImplementedError, RuntimeError, ValueError):
        return {}
    return found


def formatted(value: Any, code: str) -> str:
    """Return a number as its format shows it, "" for another value."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e15:
        return ""
    is_percent, digits = code.endswith("%"), len(code.partition(".")[2].removesuffix("%"))
    # A half is rounded up, as spreadsheets do.
    shown = Decimal(repr(value)).scaleb(2 * is_percent).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return f"{shown:f}%" if is_percent else f"{'-' if shown < 0 else ''}{abs(shown):0{len(code)}f}"


def _codes(styles: ElementTree.Element) -> dict[str, str]:
    """Return the formats that are read, by the number of the style."""
    known = _BUILT_IN | {one.get("numFmtId", ""): one.get("formatCode", "") for one in styles.iter(f"{_MAIN}numFmt")}
    used = [known.get(one.get("numFmtId", ""), "") for one in styles.iterfind(f"{_MAIN}cellXfs/{_MAIN}xf")]
    return {str(number): code for number, code in enumerate(used) if _READ.fullmatch(code)}


def _styled(book: zipfile.ZipFile, sheet: str) -> Iterator[tuple[str, str]]:
    """Yield the place and the style of each cell; a row at a time is in memory."""
    listed = ElementTree.parse(book.open("xl/workbook.xml")).getroot().iter(f"{_MAIN}sheet")
    wanted = next(one.get(_ID) for one in (*listed, ElementTree.Element("")) if one.get("name", sheet) == sheet)
    related = ElementTree.parse(book.open("xl/_rels/workbook.xml.rels")).getroot()
    target = next((one.get("Target", "") for one in related if one.get("Id") == wanted), "")
    part = target[1:] if target.startswith("/") else f"xl/{target}"
    for _, element in ElementTree.iterparse(book.open(part)):
        if element.tag == f"{_MAIN}c":
            yield element.get("r", ""), element.get("s", "")
        if element.tag == f"{_MAIN}row":
            element.clear()
