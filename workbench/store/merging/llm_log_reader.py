"""Reads the log of the `llm` command.

Invariant: only what the log says, from both generations of its tables: `turns` over messages that are stored once
(since llm 0.32), and `responses` before. A call in both is read once, as a turn. Columns that older logs lack are
unknown. Memory is bounded by one conversation: a call with a text of more than MOST_TEXT bytes is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workbench.core.imported_runs import LeftOut
from workbench.core.llm_log import LogMessage, LogPart, LogTool, LogTurn
from workbench.store.merging.foreign_database import tables
from workbench.store.merging.llm_turns import LONGEST, LlmTurns, count, file_of, text, too_many
from workbench.store.sqlite import sqlite3

MOST_TEXT = 20_000_000
"""Bytes of one text or attachment."""

_RESPONSE = (
    *("id", "model", "prompt", "system", "options_json", "response", "response_json", "conversation_id"),
    *("duration_ms", "datetime_utc", "input_tokens", "output_tokens", "token_details", "schema_id"),
    *("resolved_model", "reasoning"),
)
_FRAGMENTS = (
    'SELECT content FROM fragments JOIN "{table}" ON fragment_id = fragments.id WHERE response_id = ? ORDER BY "order"'
)
_CALLS = "SELECT name, arguments, tool_call_id FROM tool_calls WHERE id = ?"
_RESULTS = "SELECT name, output, tool_call_id, {exception} FROM tool_results WHERE id = ?"
_TOOLS = "SELECT name, description, input_schema FROM tools WHERE id = ?"
_FILES = (
    "SELECT type, path, url, CASE WHEN octet_length(content) <= ? THEN content END FROM attachments"
    ' JOIN prompt_attachments ON attachment_id = attachments.id WHERE response_id = ? ORDER BY "order"'
)


class LlmLog:
    """Reads one log. `conversations` yields its calls, conversation by conversation."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._tables = tables(connection)
        self._owned: dict[str, dict[Any, list[Any]]] = {}
        self._turns = None
        if not {"turns", "messages", "parts"} - self._tables.keys():
            self._turns = LlmTurns(connection, self._tables, MOST_TEXT)

    @property
    def total(self) -> int:
        """The number of calls."""
        old = f"SELECT count(*) FROM responses{self._not_a_turn()}" if "responses" in self._tables else ""
        return (self._turns.total if self._turns else 0) + (self._connection.execute(old).fetchone()[0] if old else 0)

    def conversations(self) -> Iterator[list[LogTurn | LeftOut]]:
        """Yield the calls of each conversation in order, the conversations by their first call, the older log first."""
        if "responses" in self._tables:
            yield from self._legacy()
        if self._turns is not None:
            yield from self._turns.threads()

    def _not_a_turn(self) -> str:
        return " WHERE responses.id NOT IN (SELECT id FROM turns)" if self._turns is not None else ""

    def _legacy(self) -> Iterator[list[LogTurn | LeftOut]]:
        """Yield conversations of the older tables, whose calls lack an index by conversation: one is made in memory."""
        column = "conversation_id" if "conversation_id" in self._tables["responses"] else "NULL"
        groups: dict[tuple[bool, Any], list[Any]] = {}
        for key, conversation in self._connection.execute(
            f"SELECT id, {column} FROM responses{self._not_a_turn()} ORDER BY id"
        ):
            named = conversation is not None
            groups.setdefault((named, conversation if named else key), []).append(key)
        for (named, conversation), keys in groups.items():
            yield self._conversation(self._name(conversation) if named else "", keys)

    def _name(self, conversation: Any) -> str:
        if "conversations" not in self._tables:
            return ""
        row = self._connection.execute("SELECT name FROM conversations WHERE id = ?", (conversation,)).fetchone()
        return text(row[0]) if row else ""

    def _conversation(self, name: str, keys: Sequence[Any]) -> list[LogTurn | LeftOut]:
        have = self._tables["responses"]
        texts = ("prompt", "system", "response", "reasoning", "response_json", "options_json")
        columns = [
            f"CASE WHEN octet_length({column}) <= {MOST_TEXT} THEN {column} END" if column in texts else column
            for column in (column if column in have else "NULL" for column in _RESPONSE)
        ]
        too_long = " OR ".join(f"octet_length({column}) > {MOST_TEXT}" for column in texts if column in have)
        statement = f"SELECT {', '.join(columns)}, {too_long} FROM responses WHERE id IS ?"
        found: list[LogTurn | LeftOut] = []
        history: tuple[LogMessage, ...] = ()
        system = ""
        for key in keys[:LONGEST]:
            read = self._connection.execute(statement, (key,)).fetchone()
            if read is None:
                found.append(LeftOut(text(key), "Its id is not usable text."))
                continue
            *values, is_too_long = read
            row = dict(zip(_RESPONSE, values, strict=True))
            if is_too_long:
                found.append(
                    LeftOut(text(row["id"]), f"A text of more than {MOST_TEXT // 1_000_000} MB is not imported.")
                )
                continue
            turn, system = self._turn(row, name, history, system)
            found.append(turn)
            history = (*turn.before, *turn.said)
        return [*found, too_many(keys[LONGEST])] if len(keys) > LONGEST else found

    def _turn(
        self, row: Mapping[str, Any], name: str, history: tuple[LogMessage, ...], system: str
    ) -> tuple[LogTurn, str]:
        """Return a call, and the system prompt in effect from there on."""
        key = row["id"]
        # Joined as in llm: system prompts by blank lines, prompts by line breaks.
        said_first = [part.strip() for part in (*self._fragments("system_fragments", key), text(row["system"]))]
        mine = "\n\n".join(part for part in said_first if part)
        before = list(history)
        if mine and mine != system:
            before.append(LogMessage("system", (LogPart("text", mine),)))
        if results := self._results(key):
            before.append(LogMessage("tool", results))
        prompt = "\n".join(filter(None, (*self._fragments("prompt_fragments", key), text(row["prompt"]))))
        files = self._files(key)
        if prompt or files or not results:
            before.append(LogMessage("user", (LogPart("text", prompt), *files)))
        reasoning = (LogPart("reasoning", text(row["reasoning"])),) if row["reasoning"] else ()
        answer = (LogPart("text", text(row["response"])),) if row["response"] else ()
        turn = LogTurn(
            id=text(key),
            thread=text(row["conversation_id"]) or text(key),
            thread_name=name,
            model=text(row["model"]),
            before=tuple(before),
            said=(LogMessage("assistant", (*reasoning, *answer, *self._calls(key))),),
            resolved_model=text(row["resolved_model"]),
            options=text(row["options_json"]),
            schema=self._schema(row["schema_id"]),
            tools=self._tools(key),
            input_tokens=count(row["input_tokens"]),
            output_tokens=count(row["output_tokens"]),
            token_details=text(row["token_details"]),
            duration_ms=count(row["duration_ms"]),
            at=text(row["datetime_utc"]),
            response=text(row["response_json"]),
        )
        return turn, mine or system

    def _have(self, *names: str) -> bool:
        return all(name in self._tables for name in names)

    def _all(self, statement: str, *given: Any) -> Sequence[tuple[Any, ...]]:
        return self._connection.execute(statement, given).fetchall()

    def _fragments(self, table: str, key: Any) -> list[str]:
        if not self._have("fragments", table):
            return []
        return [text(content) for (content,) in self._all(_FRAGMENTS.format(table=table), key)]

    def _of(self, table: str, column: str, key: Any, statement: str) -> list[tuple[Any, ...]]:
        """Return the rows of a call. These tables have no index by call, so one is made in memory, once."""
        if table not in self._owned:
            owned: dict[Any, list[Any]] = {}
            self._owned[table] = owned
            if self._have(table):
                for response, row in self._connection.execute(
                    f"SELECT response_id, {column} FROM {table} ORDER BY {column}"
                ):
                    owned.setdefault(response, []).append(row)
        return [found for row in self._owned[table].get(key, ()) for found in self._all(statement, row)]

    def _calls(self, key: Any) -> tuple[LogPart, ...]:
        rows = self._of("tool_calls", "id", key, _CALLS)
        return tuple(LogPart("tool_call", text(arguments), text(name), text(call)) for name, arguments, call in rows)

    def _results(self, key: Any) -> tuple[LogPart, ...]:
        exception = "exception" if "exception" in self._tables.get("tool_results", ()) else "NULL"
        return tuple(
            LogPart("tool_result", text(output) or text(wrong), text(name), text(call))
            for name, output, call, wrong in self._of("tool_results", "id", key, _RESULTS.format(exception=exception))
        )

    def _tools(self, key: Any) -> tuple[LogTool, ...]:
        if not self._have("tools"):
            return ()
        rows = self._of("tool_responses", "tool_id", key, _TOOLS)
        return tuple(LogTool(text(name), text(words), text(schema)) for name, words, schema in rows)

    def _files(self, key: Any) -> tuple[LogPart, ...]:
        if not self._have("attachments", "prompt_attachments"):
            return ()
        rows = self._all(_FILES, MOST_TEXT, key)
        return tuple(LogPart("attachment", file=file_of(*row)) for row in rows)

    def _schema(self, key: Any) -> str:
        if key is None or not self._have("schemas"):
            return ""
        row = self._connection.execute("SELECT content FROM schemas WHERE id = ?", (key,)).fetchone()
        return text(row[0]) if row else ""
