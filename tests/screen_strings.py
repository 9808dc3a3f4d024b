"""Lists every string of the product that a person can read, for translators and reviewers.

    python -m tests.screen_strings
    python -m tests.screen_strings workbench/ui/features/rank

Prints a table, one string a line: file, line and string, separated by tabs and sorted. Line breaks, tabs and
backslashes in strings are escaped; a placeholder of an f-string is shown as its expression in braces. With a path, only
strings of that file or folder are listed.

A string is listed when it has a letter and a space, or when it is a word passed to something that shows it, such as
`setText`. Docstrings, SQL, patterns, style sheets and names of types are left out. The choice is heuristic: it prefers
one string too many to one too few.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

ROOT = Path(__file__).parents[1]

QT_CALLS = re.compile(
    r"set(Accessible(Description|Name)|(Button|Informative|Label|Placeholder|Tab)?Text|Prefix|StatusTip|Suffix|ToolTip"
    r"|(Window)?Title|WhatsThis)|add(Action|Button|Items?|Menu|Row|Tab)"
    r"|Q(Action|CheckBox|GroupBox|Label|Menu|PushButton|RadioButton)|Elided|KeyButton|pill|quiet_button"
)
"""Functions, methods and classes that show each word passed to them."""
ROW_CALLS = re.compile(
    r"CheckupFinding|Command|Failure|FeatureView|FieldMistake|Parameter|ProviderSetting|_?(button|label|toggle)|action"
    r"|add_parser|quiet|say|show_notice|tell"
)
"""Those that show some of the words passed to them; others are ids and keys."""
KEYWORDS = re.compile(r"description|empty|epilog|help|hint|label|notice|placeholder|sentence|text|title|tip")
"""Parameters whose words are shown."""
SILENT_CALLS = re.compile(
    r"NewType|TypeVar|cast|compile|find(all|iter|_spec)|(full)?match|sub|r?glob|resource|import_module|execute(many|script)?"
    r"|(get|has|set)attr|encode|decode|str[fp]time|(starts|ends)with|remove(pre|suf)fix|QKeySequence"
    r"|set(ObjectName|Property|StyleSheet|_role)"
)
"""Those whose string arguments are never shown."""
SQL = re.compile(
    r"^\s*(SELECT|INSERT|UPDATE|DELETE|REPLACE|CREATE|WITH|DROP|ALTER|PRAGMA|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE"
    r"|ATTACH|DETACH|VACUUM|REINDEX|ANALYZE|EXISTS|CASE|VALUES|COALESCE|JOIN|LEFT JOIN|CROSS JOIN|CHECK)\b"
    r"|\b(SELECT|FROM|WHERE|JOIN|GROUP BY|ORDER BY|LIMIT|(IS )?NOT NULL|IS NULL|UNION ALL|REFERENCES|PRIMARY KEY|DESC"
    r"|COLLATE|MATCH|NOT IN|IS NOT|COUNT|UNIQUE|VIRTUAL TABLE|json_extract)\b"
    r"|^\s*(AND|OR|ON|NOT|FROM|WHERE|SET)\b.*[=<>({]|\w\.\w+ (=|<|>|<=|>=|IN|AS) |[|&] ~?\?|\?[,)]|= ?\?"
    r"|(=|<|>|IN) \(?[?{]|^\w+(, \w*_\w*)+"
)
STYLE_SHEET = re.compile(r"\{[^{}]*[\w-]+:[^{}]*;?[^{}]*\}|^[\w-]+: ?[^ ]+;|^Q[A-Z]\w+(#\w+)? ")
LETTER = re.compile(r"[^\W\d_]")
ID_OR_KEY = re.compile(r"[a-z0-9_.-]+|[A-Z_0-9]+|((Ctrl|Alt|Shift|Meta)\+)+.*")
"""Names of things in the program, such as `stop_lane` and `OPENAI_API_KEY`, and keys."""
WORD = re.compile(r"[A-Z][a-z]+(…|:|\.)?")


class ScreenString(NamedTuple):
    """A string that a person can read; `file` is relative to the repository, `line` counts from 1."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        escaped = self.text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
        return f"{self.file}\t{self.line}\t{escaped}"


def screen_strings(file: Path, root: Path = ROOT) -> list[ScreenString]:
    """Return the strings of a module that a person can read, by line."""
    name = file.relative_to(root).as_posix()
    finder = _Finder()
    finder.visit(ast.parse(file.read_bytes(), str(file)))
    return sorted({ScreenString(name, line, text) for line, text in finder.found})


def listed(prefix: str = "workbench", root: Path = ROOT) -> Iterator[ScreenString]:
    """Yield the strings of all modules of the product whose path begins with `prefix`, by path and line."""
    prefix = prefix.removeprefix("./")
    for file in sorted((root / "workbench").rglob("*.py"), key=lambda file: file.relative_to(root).as_posix()):
        if file.relative_to(root).as_posix().startswith(prefix):
            yield from screen_strings(file, root)


def text_of(node: ast.expr) -> str | None:
    """Return the text of a string or f-string, with `{expression}` for each placeholder; None for anything else."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if not isinstance(node, ast.JoinedStr):
        return None
    parts = []
    for value in node.values:
        if isinstance(value, ast.FormattedValue):
            parts.append(f"{{{ast.unparse(value.value)}}}")
        elif isinstance(value, ast.Constant):
            parts.append(str(value.value))
    return "".join(parts)


class _Finder(ast.NodeVisitor):
    """Collects line and text of each string that a person can read."""

    def __init__(self) -> None:
        self.found: list[tuple[int, str]] = []
        self._shown: Literal["", "words", "row"] = ""
        """Whether the visited expression shows all words ("words"), all but ids ("row"), or only sentences."""

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring
            self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> None:
        """Skip the annotation of a parameter."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        node.returns = None
        self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self.visit_FunctionDef(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.visit(node.value)
        if text_of(node.slice) is None:
            self.visit(node.slice)

    def visit_Compare(self, node: ast.Compare) -> None:
        """Skip texts that are only compared."""
        for side in (node.left, *node.comparators):
            if text_of(side) is None:
                self.visit(side)

    def visit_Call(self, node: ast.Call) -> None:
        name = _name(node.func)
        self.visit(node.func)
        if SILENT_CALLS.fullmatch(name):
            return
        outer = self._shown
        for argument in node.args:
            self._shown = "words" if QT_CALLS.fullmatch(name) else "row" if ROW_CALLS.fullmatch(name) else ""
            self.visit(argument)
        for keyword in node.keywords:
            self._shown = "row" if KEYWORDS.fullmatch(keyword.arg or "") else ""
            self.visit(keyword.value)
        self._shown = outer

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._add(node, "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant)))
        for value in node.values:
            if isinstance(value, ast.FormattedValue):
                self.visit(value.value)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self._add(node, node.value)

    def _add(self, node: ast.expr, literal: str) -> None:
        """Record a string; `literal` is its text without placeholders."""
        text = text_of(node) or ""
        if not LETTER.search(literal) or SQL.search(literal) or STYLE_SHEET.search(text):
            return
        is_word = self._shown == "words" or (self._shown == "row" and not ID_OR_KEY.fullmatch(literal))
        if " " in literal.strip() or is_word or WORD.fullmatch(literal):
            self.found.append((node.lineno, text))


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.screen_strings", description="List the strings people read.")
    parser.add_argument("path", nargs="?", default="workbench", help="file or folder, such as workbench/ui")
    for row in listed(parser.parse_args(arguments).path):
        print(row)
    return 0


if __name__ == "__main__":
    sys.exit(main())
