"""Makes small workbooks, also hostile ones, without a spreadsheet program."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_RELATIONS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
_STYLES = (
    f'<styleSheet {_MAIN}><numFmts count="1"><numFmt numFmtId="170" formatCode="00000"/></numFmts><cellXfs count="6">'
    '<xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="46"/><xf numFmtId="170"/>'
    '<xf numFmtId="9"/></cellXfs></styleSheet>'
)
DATE, DATE_TIME, DURATION, ZEROS, PERCENT = 1, 2, 3, 4, 5
"""Styles of cells."""


def text_cell(place: str, text: str) -> str:
    """Return a cell with a text."""
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def number_cell(place: str, number: str, style: int = 0) -> str:
    """Return a cell with a number."""
    return f'<c r="{place}" s="{style}"><v>{number}</v></c>'


def text_rows(rows: Sequence[Sequence[str]]) -> str:
    """Return the rows of a sheet of at most 26 columns of texts."""
    return "".join(
        f'<row r="{number}">{"".join(text_cell(f"{chr(65 + at)}{number}", text) for at, text in enumerate(row))}</row>'
        for number, row in enumerate(rows, start=1)
    )


def xlsx(*sheets: tuple[str, str], hidden: Sequence[str] = (), dimension: str = "A1") -> bytes:
    """Return a workbook of sheets, each with its name and the XML of its rows."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        listed, related = "", ""
        for number, (name, rows) in enumerate(sheets, start=1):
            state = "hidden" if name in hidden else "visible"
            listed += f'<sheet name="{escape(name)}" sheetId="{number}" state="{state}" r:id="rId{number}"/>'
            part = f"worksheets/sheet{number}.xml"
            related += f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet" Target="{part}"/>'
            body = f'<worksheet {_MAIN}><dimension ref="{dimension}"/><sheetData>{rows}</sheetData></worksheet>'
            archive.writestr(f"xl/{part}", body)
        related += f'<Relationship Id="rId999" Type="{_OFFICE}/styles" Target="styles.xml"/>'
        first = f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", f"<Relationships {_RELATIONS}>{first}</Relationships>")
        archive.writestr(
            "xl/workbook.xml", f'<workbook {_MAIN} xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>'
        )
        archive.writestr("xl/_rels/workbook.xml.rels", f"<Relationships {_RELATIONS}>{related}</Relationships>")
        archive.writestr("xl/styles.xml", _STYLES)
    return made.getvalue()


def ods(rows: Sequence[Sequence[str]], extra: str = "") -> bytes:
    """Return an OpenDocument sheet of texts; `extra` is the XML of further rows."""
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(text)}</text:p></table:table-cell>'
            for text in row
        )
        + "</table:table-row>"
        for row in rows
    )
    names = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{names}:office:1.0" xmlns:table="{names}:table:1.0" '
        f'xmlns:text="{names}:text:1.0"><office:body><office:spreadsheet><table:table table:name="Cases">'
        f"{cells}{extra}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return made.getvalue()
