"""Reads the newer log of the `llm` command: turns over messages that are stored once.

Invariant: a message is identified by its hash and reached through the message after it. Texts stored in fragments, and
files, are put back where they belong. A turn whose chain is broken or endless is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from workbench.core.imported_runs import LeftOut
from workbench.core.llm_log import LogFile, LogMessage, LogPart, LogTool, LogTurn, PartKind
from workbench.store.sqlite import sqlite3

LONGEST = 200
"""Calls that are read of one conversation, because each holds everything said before it."""
_DEEPEST = 5000
"""Maximum number of messages in a chain."""
_KEPT = 5000
"""Messages cached for the next turns of their conversation."""
_MOST_KEPT = 50_000_000
_KINDS: dict[str, PartKind] = {
    "text": "text",
    "reasoning": "reasoning",
    "tool_call": "tool_call",
    "tool_result": "tool_result",
    "attachment": "attachment",
}
_CHAIN = (
    "WITH RECURSIVE chain (hash, parent, depth) AS (SELECT hash, parent_hash, 0 FROM messages WHERE hash = ?"
    " UNION ALL SELECT messages.hash, parent_hash, depth + 1 FROM chain JOIN messages ON messages.hash = chain.parent"
    f" WHERE depth <= {_DEEPEST}) SELECT hash, parent FROM chain ORDER BY depth"
)
_TURN = (
    *("id", "thread_id", "parent_message_hash", "tip_message_hash", "model", "resolved_model", "options_json"),
    *("schema_id", "input_tokens", "output_tokens", "token_details", "duration_ms", "datetime_utc", "response_json"),
)
_TOOLS = (
    "SELECT name, description, input_schema FROM tools JOIN turn_tools ON tool_id = tools.id WHERE turn_id = ?"
    " ORDER BY tools.id"
)


class _BrokenError(Exception):
    """A chain that cannot be followed, or is too large; the text is a sentence for people."""


class LlmTurns:
    """Reads the turns of one log."""

    def __init__(self, connection: sqlite3.Connection, tables: Mapping[str, frozenset[str]], most_text: int) -> None:
        self._connection, self._tables, self._most = connection, tables, most_text
        self._messages: dict[str, LogMessage] = {}
        self._held = 0

    @property
    def total(self) -> int:
        """The number of turns."""
        return int(self._connection.execute("SELECT count(*) FROM turns").fetchone()[0])

    def threads(self) -> Iterator[list[LogTurn | LeftOut]]:
        """Yield the turns of each thread in order, the threads by their first turn."""
        columns = ", ".join(column if column in self._tables["turns"] else "NULL" for column in _TURN)
        groups = self._connection.execute(
            "SELECT thread_id, min(id) FROM turns GROUP BY coalesce(thread_id, id) ORDER BY min(id)"
        )
        for thread, first in groups:
            where, key = ("id", first) if thread is None else ("thread_id", thread)
            rows = f"SELECT {columns} FROM turns WHERE {where} = ? ORDER BY id LIMIT {LONGEST + 1}"
            read, name = self._connection.execute(rows, (key,)).fetchall(), self._name(thread)
            found = [self._turn(dict(zip(_TURN, row, strict=True)), name) for row in read[:LONGEST]]
            yield [*found, too_many(read[LONGEST][0])] if len(read) > LONGEST else found

    def _name(self, thread: Any) -> str:
        if "threads" not in self._tables:
            return ""
        row = self._connection.execute("SELECT name FROM threads WHERE id = ?", (thread,)).fetchone()
        return text(row[0]) if row else ""

    def _turn(self, row: Mapping[str, Any], name: str) -> LogTurn | LeftOut:
        key = row["id"]
        try:
            before = self._chain(row["parent_message_hash"])
            whole = self._chain(row["tip_message_hash"])
        except _BrokenError as error:
            return LeftOut(text(key), str(error))
        return LogTurn(
            id=text(key),
            thread=text(row["thread_id"]) or text(key),
            thread_name=name,
            model=text(row["model"]),
            before=before,
            said=whole[len(before) :],
            resolved_model=text(row["resolved_model"]),
            options=text(row["options_json"]),
            schema=self._one("SELECT content FROM schemas WHERE id = ?", row["schema_id"], "schemas"),
            tools=self._tools(key),
            input_tokens=count(row["input_tokens"]),
            output_tokens=count(row["output_tokens"]),
            token_details=text(row["token_details"]),
            duration_ms=count(row["duration_ms"]),
            at=text(row["datetime_utc"]),
            response=text(row["response_json"]),
        )

    def _chain(self, tip: Any) -> tuple[LogMessage, ...]:
        if tip is None:
            return ()
        found = self._connection.execute(_CHAIN, (tip,)).fetchall()
        if not found or found[-1][1] is not None:
            raise _BrokenError("Its messages are missing from the log, or form a loop.")
        return tuple(self._message(hash_) for hash_, _ in reversed(found))

    def _message(self, hash_: Any) -> LogMessage:
        known = self._messages.get(hash_)
        if known is not None:
            return known
        if len(self._messages) >= _KEPT or self._held > _MOST_KEPT:
            self._messages.clear()
            self._held = 0
        role = self._connection.execute("SELECT role FROM messages WHERE hash = ?", (hash_,)).fetchone()[0]
        rows = self._connection.execute(
            "SELECT id, type, text, CASE WHEN octet_length(payload) <= ?1 THEN payload END,"
            " max(coalesce(octet_length(text), 0), coalesce(octet_length(payload), 0)) > ?1"
            " FROM parts WHERE message_hash = ?2 ORDER BY position",
            (self._most, hash_),
        ).fetchall()
        if any(row[-1] for row in rows):
            raise _BrokenError(f"A text of more than {self._most // 1_000_000} MB is not imported.")
        parts = (self._part(text(kind), said, payload) for _, kind, said, payload, _ in rows)
        message = self._messages[hash_] = LogMessage(text(role), tuple(part for part in parts if part is not None))
        self._held += sum(len(part.text) + len((part.file and part.file.body) or b"") for part in message.parts)
        return message

    def _part(self, kind: str, said: Any, payload: Any) -> LogPart | None:
        """Return a part of a message, None for a kind of a newer release."""
        if kind not in _KINDS:
            return None
        body = _object(payload)
        if said is None and isinstance(body.get("text_ref"), list):
            said = "".join(map(self._piece, body["text_ref"]))
        words = text(said if said is not None else body.get("text"))
        if kind == "tool_call":
            arguments = body.get("arguments")
            words = arguments if isinstance(arguments, str) else json.dumps(arguments or {}, ensure_ascii=False)
        elif kind == "tool_result":
            words = text(body.get("output")) or text(body.get("exception"))
        opaque = body.get("provider_metadata")
        return LogPart(
            _KINDS[kind],
            words,
            text(body.get("name")),
            text(body.get("tool_call_id")),
            json.dumps(opaque, ensure_ascii=False) if opaque else "",
            self._file(body) if kind == "attachment" else None,
        )

    def _piece(self, piece: Any) -> str:
        if not isinstance(piece, dict):
            return ""
        if "literal" in piece:
            return text(piece["literal"])
        return self._one("SELECT content FROM fragments WHERE id = ?", piece.get("fragment"), "fragments")

    def _file(self, body: Mapping[str, Any]) -> LogFile:
        named = body.get("attachment")
        key = named.get("id") if isinstance(named, dict) else None
        if "attachments" not in self._tables:
            return LogFile("", None)
        row = self._connection.execute(
            "SELECT type, path, url, CASE WHEN octet_length(content) <= ? THEN content END FROM attachments"
            " WHERE id = ?",
            (self._most, key if isinstance(key, str | int) else None),
        ).fetchone()
        return LogFile("", None) if row is None else file_of(*row)

    def _tools(self, key: Any) -> tuple[LogTool, ...]:
        if {"tools", "turn_tools"} - self._tables.keys():
            return ()
        rows = self._connection.execute(_TOOLS, (key,)).fetchall()
        return tuple(LogTool(text(name), text(words), text(schema)) for name, words, schema in rows)

    def _one(self, statement: str, key: Any, table: str) -> str:
        if table not in self._tables or not isinstance(key, str | int):
            return ""
        row = self._connection.execute(statement, (key,)).fetchone()
        return text(row[0]) if row else ""


def too_many(key: Any) -> LeftOut:
    """Return the report on the calls from `key` on, the first one that is not read."""
    return LeftOut(
        text(key), f"Only the first {LONGEST} calls of a conversation are imported, so not from this one on."
    )


def file_of(media_type: Any, path: Any, url: Any, body: Any) -> LogFile:
    """Return an attachment as it was logged: with its bytes, or with its former location."""
    taken = body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else None
    return LogFile(text(media_type), taken or None, text(path) or text(url))


def text(value: Any) -> str:
    """Return the value of a text column as text: tables of llm do not enforce their types."""
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value if isinstance(value, str) else str(value)


def count(value: Any) -> int | None:
    """Return the value of a count column, None if it is not a count."""
    return value if isinstance(value, int) and value >= 0 else None


def _object(payload: Any) -> Mapping[str, Any]:
    try:
        body = json.loads(text(payload) or "{}")
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}
