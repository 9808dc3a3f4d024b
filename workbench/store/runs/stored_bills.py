"""How a cost was calculated, stored beside the columns that count tokens.

Invariant: rows of older releases read as nothing, and unreadable data never keeps an answer from being shown.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from workbench.core.json_parts import load
from workbench.core.money import Rates, Usage
from workbench.store.encoding import dump
from workbench.store.runs.damaged_drafts import UNREADABLE
from workbench.store.safe_records import MOST_COUNT
from workbench.store.sqlite import sqlite3

COLUMN = "outputs.billing"


def column(connection: sqlite3.Connection) -> str:
    """Return the SQL for the column, which a read-only history of format 1.3 lacks."""
    found = connection.execute("SELECT 1 FROM pragma_table_info('outputs') WHERE name = 'billing'").fetchone()
    return COLUMN if found else "''"


def billing_text(usage: Usage, rates: Rates | None) -> str:
    """Return the text to store, "" for nothing."""
    beside: dict[str, Any] = usage.extra_json()
    if usage.written is not None:
        beside["written"] = usage.written
    data: dict[str, Any] = {"usage": beside} if beside else {}
    if rates is not None:
        if rates.sheet:
            data["sheet"] = dict(rates.sheet)
        if rates.written is not None:
            data["rate_written"] = rates.written
        if rates.named:
            data["named"] = rates.named
    return dump(data) if data else ""


def with_billing(text: object, usage: Usage, rates: Rates | None) -> tuple[Usage, Rates | None]:
    """Return the usage and rates from columns, completed with what `billing_text` stored."""
    if not isinstance(text, str) or not text:
        return usage, rates
    try:
        data = load(text, parse_int=_count, parse_float=_amount, parse_constant=_amount)
        stored = Usage.from_json(data.get("usage"))
        usage = replace(usage, written=stored.written, details=stored.details, rounds=stored.rounds)
        if rates is not None:
            sheet, named, written = data.get("sheet"), data.get("named"), data.get("rate_written")
            rates = replace(
                rates,
                sheet=sheet if isinstance(sheet, dict) else {},
                named=named if isinstance(named, str) else "",
                written=float(written) if isinstance(written, int | float) else None,
            )
    except UNREADABLE:
        return usage, rates
    return usage, rates


def _count(digits: str) -> int:
    """Parse a whole number that is a valid count or price. Raises ValueError."""
    if len(digits) > len(str(MOST_COUNT)) or not 0 <= int(digits) <= MOST_COUNT:
        raise ValueError("not a count")
    return int(digits)


def _amount(digits: str) -> float:
    """Parse a valid amount. Raises ValueError."""
    if not 0 <= (value := float(digits)) <= MOST_COUNT:
        raise ValueError("not an amount")
    return value
