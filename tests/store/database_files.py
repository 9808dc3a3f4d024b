"""Database files: reading and writing some rows."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tests.store.making import NOW, done, run, text
from tests.store.making import made_here as opened


def sql(path: Path, *statements: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        rows: list[tuple[object, ...]] = []
        for statement in statements:
            rows = connection.execute(statement).fetchall()
        return rows
    finally:
        connection.close()


def write_some(path: Path) -> None:
    store = opened(path)
    store.create_prompt("p", "Order bot", NOW)
    store.begin_run(run("r", text("Hi")))
    store.finish_output("r.0.0", done("Hello"), NOW).result(60)
    store.close()
