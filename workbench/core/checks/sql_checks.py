"""Checks of SQL: is-sql and contains-sql, parsed by sqlglot, an optional extra.

The value may be a map of `databaseType`, `allowedTables` (`select::null::orders`) and `allowedColumns`
(`select::orders::id`), whose entries are regular expressions for the whole entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.core.checks import js_text
from workbench.core.checks.check_result import Finding, Span, UnscoredError, listed, quoted
from workbench.core.checks.inputs import CheckInputs
from workbench.core.checks.js_text import to_string
from workbench.core.checks.script_engine import PatternError, ScriptEngine, ScriptStoppedError

if TYPE_CHECKING:
    from sqlglot import exp

EXTRA = "Install the extra “sql” (prompt-workbench[sql]) to check SQL."
_DIALECTS: Mapping[str, str] = {
    "athena": "athena",
    "bigquery": "bigquery",
    "db2": "",
    "hive": "hive",
    "mariadb": "mysql",
    "mysql": "mysql",
    "postgresql": "postgres",
    "redshift": "redshift",
    "snowflake": "snowflake",
    "sqlite": "sqlite",
    "transactsql": "tsql",
    "trino": "trino",
}
_FENCE = re.compile(r"[ \t]{0,3}(`{3,}|~{3,})(.*)")
_BACKTICKS = re.compile("`([^`]*)`")
_PLAIN = re.compile(r"[\w ]*")
_MYSQL_WORDS = (
    "all|distinct(?:row)?|high_priority|straight_join"
    "|sql_(?:big_result|buffer_result|cache|calc_found_rows|no_cache|small_result)"
)
_IDENTIFIER = "[A-Za-z_][A-Za-z0-9_]*"
_IGNORED = re.compile(
    r"""'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`[^`]*`|(?:--|\#)[^\r\n]*|/\*.*?(?:\*/|\Z)""", re.DOTALL
)


class _Rules(NamedTuple):
    database: str
    tables: list[str] | None
    columns: list[str] | None


def is_sql(inputs: CheckInputs) -> Finding:
    """Parse the whole answer as SQL."""
    rules = _rules(inputs.value)
    if problem := _problem(inputs.text, rules, inputs.engine):
        return Finding(False, f"The answer is not valid SQL: {problem}.")
    return Finding(True, f"The answer is SQL for {rules.database}.", place=(0, len(inputs.text)))


def contains_sql(inputs: CheckInputs) -> Finding:
    """Parse the code blocks of the answer, or the whole answer when it has none, until one is SQL."""
    rules, problem = _rules(inputs.value), "it is empty"
    places = list(_blocks(inputs.text)) or [(0, len(inputs.text))]
    for start, end in places:
        text = js_text.trim(inputs.text[start:end])
        if not text:
            continue
        problem = _problem(text, rules, inputs.engine)
        if not problem:
            return Finding(True, f"The answer contains SQL for {rules.database}.", place=(start, end))
    return Finding(False, f"The answer contains no valid SQL: {problem}.")


def _rules(value: Any) -> _Rules:
    if js_text.is_truthy(value) and not isinstance(value, dict | list):
        raise UnscoredError("Enter a map of databaseType, allowedTables and allowedColumns, or nothing.")
    given = value if isinstance(value, dict) else {}
    tables, columns = given.get("allowedTables"), given.get("allowedColumns")
    if not all(part is None or isinstance(part, list) for part in (tables, columns)):
        raise UnscoredError("allowedTables and allowedColumns must be lists.")
    return _Rules(
        to_string(given.get("databaseType") or "MySQL"),
        None if tables is None else [to_string(one) for one in tables],
        None if columns is None else [to_string(one) for one in columns],
    )


def _problem(sql: str, rules: _Rules, engine: ScriptEngine | None) -> str:
    """Return why a text is not SQL that the rules allow, in a few words, "" if it is."""
    try:
        statements = _parsed(sql, rules.database)
    except ValueError as error:
        return str(error)
    if rules.database.lower() == "mysql" and re.search(r"\bgenerate_series\s*\(", sql, re.IGNORECASE):
        return "MySQL has no generate_series"
    if _lacks_comma(sql, rules.database):
        return "a comma seems to be missing between two columns"
    if rules.tables is not None and (bad := _refused(_tables(statements), rules.tables, engine)):
        return f"it uses {listed(bad)}, which is not in allowedTables"
    if rules.columns is not None:
        allowed = [*rules.columns, *map(_without_table, rules.columns)]
        if bad := _refused(_columns(statements), allowed, engine):
            return f"it uses {listed(bad)}, which is not in allowedColumns"
    return ""


def _parsed(sql: str, database: str) -> list[exp.Expression]:
    """Return the statements. Raises ValueError with a few words, UnscoredError without sqlglot."""
    try:
        import sqlglot
        from sqlglot import exp
    except ImportError as error:
        raise UnscoredError(EXTRA) from error
    dialect = _DIALECTS.get(database.lower())
    if dialect is None:
        raise ValueError(f"the database {quoted(database)} is unknown")
    if dialect == "postgres":
        # As promptfoo's parser, accept the quotes of MySQL around names.
        sql = _BACKTICKS.sub(r'"\1"', sql)
    try:
        found = sqlglot.parse(sql, dialect=dialect or None, error_level=sqlglot.ErrorLevel.RAISE)
    except RecursionError as error:
        raise UnscoredError("The SQL is nested too deeply to be checked.") from error
    except sqlglot.errors.SqlglotError as error:
        raise ValueError(f"it does not conform to the syntax of {database}") from error
    except Exception as error:
        # A parser of hostile text may raise anything; the text is no SQL then.
        raise ValueError(f"it cannot be parsed ({type(error).__name__})") from error
    statements = [one for one in found if one is not None]
    # sqlglot also parses single expressions, such as the words of a sentence.
    expressions = (exp.Condition, exp.Alias, exp.Column, exp.Identifier, exp.Tuple, exp.Command)
    queries = (exp.Query, exp.Subquery)
    for one in statements:
        if isinstance(one, expressions) and not isinstance(one, queries):
            raise ValueError(f"it is not a statement of {database}")
        if isinstance(one, exp.Select) and not one.expressions:
            raise ValueError("it selects no columns")
    if not statements:
        raise ValueError("it has no statement")
    return statements


def _lacks_comma(sql: str, database: str) -> bool:
    words = _MYSQL_WORDS if database.lower() in ("mysql", "mariadb") else "all|distinct"
    pattern = rf"\bselect\s+(?:(?:{words})\s+)*(?!(?:{words})\b){_IDENTIFIER}\s+{_IDENTIFIER}\s+from\b"
    return re.search(pattern, _IGNORED.sub(" ? ", sql), re.IGNORECASE) is not None


def _tables(statements: list[exp.Expression]) -> list[str]:
    from sqlglot import exp

    return [
        f"{statement.key}::{table.db or 'null'}::{table.name}"
        for statement in statements
        for table in statement.find_all(exp.Table)
    ]


def _columns(statements: list[exp.Expression]) -> list[str]:
    from sqlglot import exp

    found = []
    for statement in statements:
        aliases = {table.alias_or_name: table.name for table in statement.find_all(exp.Table)}
        for column in statement.find_all(exp.Column):
            table = aliases.get(column.table, column.table) or "null"
            found.append(f"select::{table}::{'(.*)' if isinstance(column.this, exp.Star) else column.name}")
        if any(isinstance(one, exp.Star) for one in statement.expressions):
            found.append("select::null::(.*)")
    return found


def _without_table(column: str) -> str:
    parts = column.split("::")
    return f"{parts[0]}::null::{parts[2]}" if len(parts) == 3 else column


def _refused(used: list[str], allowed: list[str], engine: ScriptEngine | None) -> list[str]:
    """Return the entries that no rule allows; an empty list of rules allows all."""
    if not allowed:
        return []
    return [one for one in dict.fromkeys(used) if not any(_is_allowed(one, rule, engine) for rule in allowed)]


def _is_allowed(one: str, rule: str, engine: ScriptEngine | None) -> bool:
    if rule.lower() == one.lower():
        return True
    if _PLAIN.fullmatch(rule.replace("::", "")):
        return False
    if engine is None:
        raise UnscoredError("Patterns in allowedTables and allowedColumns need the script engine.")
    try:
        return engine.search(f"^{rule}$", one, "i") is not None
    except PatternError as error:
        raise UnscoredError(f"The pattern {quoted(rule)} is invalid: {error}. Correct it.") from error
    except ScriptStoppedError as error:
        raise UnscoredError(str(error)) from error


def _blocks(text: str) -> Iterator[Span]:
    """Yield the insides of code blocks that are marked as sql or not marked."""
    at, start, fence, is_sql_block = 0, 0, "", False
    for line in text.splitlines(keepends=True):
        match = _FENCE.match(line.rstrip("\r\n"))
        if not fence and match:
            fence, start = match[1], at + len(line)
            is_sql_block = js_text.trim(match[2]).lower() in ("", "sql")
        elif fence and match and match[1].startswith(fence) and not match[2].strip(" \t"):
            if is_sql_block:
                yield start, at
            fence = ""
        at += len(line)
