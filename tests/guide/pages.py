"""Makes pages of the guide from the tables of the product.

Invariant: a page depends on the code alone. In a page with text of its own, only what is between its markers is made.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tests.guide.terminal_page import terminal
from workbench.app.command_registry import CommandRegistry
from workbench.app.commands import GROUPS, Command
from workbench.app.keymap import spoken
from workbench.core.checks.check_types import CHECK_TYPES
from workbench.core.parameters import table
from workbench.core.provider import Provider
from workbench.core.providers import PROVIDERS
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store import open_store
from workbench.store.search.fields import FIELDS
from workbench.store.sqlite import sqlite3
from workbench.ui.composition import FEATURES
from workbench.usecases.provider_access import is_listed

DOCS = Path(__file__).resolve().parents[2] / "docs"
NOTE = "<!-- Made from the code by `python -m tests.guide`; changes belong there. -->"
_MARK = "<!-- made: {name} -->"
_END = "<!-- end of {name} -->"


def pages() -> dict[str, str]:
    """Return the text of every page that has generated parts, by its path below docs."""
    registry = CommandRegistry(FEATURES.commands())
    return {
        "keys.md": _filled("keys.md", {"keys": key_tables(registry)}),
        "models.md": _filled("models.md", {"providers": providers()}),
        "reference/commands.md": _page("Commands of the window", commands(registry)),
        "reference/terminal.md": _page("The terminal", terminal()),
        "reference/parameters.md": _page("Parameters of a lane", parameters()),
        "reference/checks.md": _page("Checks", checks()),
        "reference/search.md": _page("Search filters", search()),
        "reference/tables.md": _page("Tables of the database", tables()),
    }


def _page(title: str, lines: Iterable[str]) -> str:
    return "\n".join([f"# {title}", "", NOTE, "", *lines]).rstrip() + "\n"


def _filled(path: str, parts: dict[str, Iterable[str]]) -> str:
    text = (DOCS / path).read_text("utf-8")
    for name, lines in parts.items():
        start, end = _MARK.format(name=name), _END.format(name=name)
        before, _, rest = text.partition(start)
        after = rest.partition(end)[2]
        text = "\n".join([before + start, "", *lines, end + after])
    return text


def row(cells: Sequence[str]) -> str:
    """Return a row of a Markdown table; | and line ends cannot break it."""
    escaped = (re.sub(r"\s+", " ", cell).replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"


def table_lines(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield a Markdown table, and an empty line after it."""
    yield row(head)
    yield row(["---"] * len(head))
    yield from map(row, rows)
    yield ""


def key_tables(registry: CommandRegistry) -> Iterator[str]:
    """Yield a table of keys for each group of the menus."""
    for group in GROUPS:
        rows = [command for command in registry.group(group) if command.shortcuts]
        if rows:
            yield f"## {group}"
            yield ""
            yield from table_lines(("key", "does"), ((_keys(one), _title(one)) for one in rows))


def _keys(command: Command) -> str:
    return ", ".join(dict.fromkeys(map(spoken, command.shortcuts)))


def _title(command: Command) -> str:
    views = ", ".join(view.capitalize() for view in command.views)
    return command.title.rstrip("…") + (f" ({views})" if command.views not in ((), ("compose",)) else "")


def commands(registry: CommandRegistry) -> Iterator[str]:
    """Yield a table of commands for each group of the menus."""
    yield "Every command is in the palette (Ctrl+K) and in the menu. F1 shows the keys and changes them."
    yield ""
    for group in GROUPS:
        yield f"## {group}"
        yield ""
        cells = (
            (one.title, _keys(one), ", ".join(view.capitalize() for view in one.views) or "everywhere", f"`{one.id}`")
            for one in registry.group(group)
        )
        yield from table_lines(("command", "keys", "views", "id"), cells)


def parameters() -> Iterator[str]:
    """Yield the table of lane parameters."""
    yield "Lanes and columns, `--param`, imported files and Get code know these names. Others are sent as they are."
    yield ""
    rows = ((f"`{one.name}`", one.label, one.requirement, one.help) for one in table())
    yield from table_lines(("name", "label", "values", "what it does"), rows)


def checks() -> Iterator[str]:
    """Yield the tables of the types of checks."""
    yield "The names are promptfoo's. `not-` before a name negates it. [Testing](../TESTING.md) says how they count."
    yield ""
    groups = {
        "By rules": [one for one in CHECK_TYPES.values() if one.is_evaluated and not one.judged],
        "By models": [one for one in CHECK_TYPES.values() if one.judged],
        "Kept, but not evaluated": [one for one in CHECK_TYPES.values() if not one.is_evaluated],
    }
    for title, found in groups.items():
        yield f"## {title}"
        yield ""
        rows = (
            (f"`{one.name}`", one.title, " ".join(filter(None, (one.explanation, one.difference)))) for one in found
        )
        yield from table_lines(("type", "title", "what it checks"), rows)


def search() -> Iterator[str]:
    """Yield the table of search filters."""
    yield 'Words, "phrases" and beginnings\\* are found in prompts, values, answers and notes; every word and filter'
    yield "must match. A `-` before a word or filter excludes what it matches."
    yield ""
    rows = (
        (f"`{one.name}:`", one.meaning, ", ".join(f"`{one.name}:{usage}`" for usage in one.values.usages))
        for one in FIELDS.values()
    )
    yield from table_lines(("filter", "finds runs by", "examples"), rows)


def tables() -> Iterator[str]:
    """Yield the declarations of all tables and views, as a new history has them."""
    yield "[The history as a database](../DATABASE.md) has the rules, and queries to begin with."
    yield ""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "h.db")
        open_store(path, now=utc_now(), uid=new_uid).close()
        connection = sqlite3.connect(path)
        try:
            found = connection.execute(
                "SELECT name, sql FROM sqlite_schema WHERE type IN ('table', 'view') AND sql LIKE 'CREATE%'"
                " AND sql NOT LIKE 'CREATE VIRTUAL%' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name"
            ).fetchall()
        finally:
            connection.close()
    for name, sql in found:
        if "--" in sql or sql.startswith("CREATE VIEW"):
            yield f"## {name}"
            yield ""
            yield "```sql"
            yield from str(sql).splitlines()
            yield "```"
            yield ""


def providers() -> Iterator[str]:
    """Yield a section for each provider with something to enter."""
    for one in PROVIDERS.values():
        if is_listed(one):
            yield from _provider(one)


def _provider(one: Provider) -> Iterator[str]:
    yield f"### {one.name}"
    yield ""
    facts = [("models", f"`{one.id}/MODEL`" + (f" ({one.model_hint})" if one.model_hint else ""))]
    if one.key_variables:
        facts.append(("key", f"`workbench key set {one.id}`, or " + _either(one.key_variables)))
    if one.base_url:
        facts.append(("address", f"`{one.base_url}`"))
    elif one.address_hint:
        facts.append(("address", f"yours, such as `{one.address_hint}`"))
    if one.address_variables:
        facts.append(("other address", _either(one.address_variables)))
    for setting in one.settings:
        needed = "needed" if setting.required else "optional"
        facts.append(
            (setting.label.lower(), f"{needed}; {_either(setting.variables)}" if setting.variables else needed)
        )
    for package in one.packages:
        facts.append(("package", f"`{package.distribution}`, which {package.purpose}"))
    if one.documentation:
        facts.append(("documentation", f"<{one.documentation}>"))
    yield from table_lines(("", ""), facts)


def _either(names: Sequence[str]) -> str:
    return " or ".join(f"`{name}`" for name in names)
