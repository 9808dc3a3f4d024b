"""How a cost came about, as it is stored beside the columns that count tokens.

Invariant: what older releases stored reads as nothing, and what cannot be read never keeps an answer from being shown.
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
    """Return the SQL for the column; a history of 1.3 that cannot be written has none."""
    found = connection.execute("SELECT 1 FROM pragma_table_info('outputs') WHERE name = 'billing'").fetchone()
    return COLUMN if found else "''"


def billing_text(usage: Usage, rates: Rates | None) -> str:
    """Return what is stored, "" for nothing."""
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
    """Return a usage and rates of columns with what `billing_text` stored."""
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
    """Return a whole number that can be a count or a price. Raises ValueError."""
    if len(digits) > len(str(MOST_COUNT)) or not 0 <= int(digits) <= MOST_COUNT:
        raise ValueError("not a count")
    return int(digits)


def _amount(digits: str) -> float:
    """Return an amount that can be one. Raises ValueError."""
    if not 0 <= (value := float(digits)) <= MOST_COUNT:
        raise ValueError("not an amount")
    return value
