"""Logs of the `llm` command in the formats of llm 0.31 and 0.36, written without llm.

The tables are those of the two releases; the same calls can be written into either, so that the imports can be
compared.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

SHARED = """
CREATE TABLE attachments (id TEXT PRIMARY KEY, type TEXT, path TEXT, url TEXT, content BLOB);
CREATE TABLE conversations (id TEXT PRIMARY KEY, name TEXT, model TEXT);
CREATE TABLE fragments (id INTEGER PRIMARY KEY, hash TEXT, content TEXT, datetime_utc TEXT, source TEXT);
CREATE TABLE schemas (id TEXT PRIMARY KEY, content TEXT);
CREATE TABLE tools (id INTEGER PRIMARY KEY, hash TEXT, name TEXT, description TEXT, input_schema TEXT, plugin TEXT);
"""
OLD = """
CREATE TABLE responses (id TEXT PRIMARY KEY, model TEXT, prompt TEXT, system TEXT, prompt_json TEXT,
  options_json TEXT, response TEXT, response_json TEXT, conversation_id TEXT REFERENCES conversations(id),
  duration_ms INTEGER, datetime_utc TEXT, input_tokens INTEGER, output_tokens INTEGER, token_details TEXT,
  schema_id TEXT REFERENCES schemas(id), resolved_model TEXT);
CREATE TABLE prompt_attachments (response_id TEXT, attachment_id TEXT, "order" INTEGER,
  PRIMARY KEY (response_id, attachment_id));
CREATE TABLE prompt_fragments (response_id TEXT, fragment_id INTEGER, "order" INTEGER);
CREATE TABLE system_fragments (response_id TEXT, fragment_id INTEGER, "order" INTEGER);
CREATE TABLE tool_calls (id INTEGER PRIMARY KEY, response_id TEXT, tool_id INTEGER, name TEXT, arguments TEXT,
  tool_call_id TEXT);
CREATE TABLE tool_responses (tool_id INTEGER, response_id TEXT, PRIMARY KEY (tool_id, response_id));
CREATE TABLE tool_results (id INTEGER PRIMARY KEY, response_id TEXT, tool_id INTEGER, name TEXT, output TEXT,
  tool_call_id TEXT, instance_id INTEGER, exception TEXT);
"""
NEW = """
CREATE TABLE messages (hash TEXT PRIMARY KEY, parent_hash TEXT REFERENCES messages(hash), role TEXT,
  provider_metadata TEXT);
CREATE TABLE parts (id INTEGER PRIMARY KEY, message_hash TEXT REFERENCES messages(hash), position INTEGER, type TEXT,
  tool_name TEXT, text TEXT, payload TEXT);
CREATE TABLE part_attachments (part_id INTEGER, attachment_id TEXT, "order" INTEGER);
CREATE TABLE threads (id TEXT PRIMARY KEY, name TEXT, tip_message_hash TEXT, forked_from TEXT, datetime_utc TEXT);
CREATE TABLE turns (id TEXT PRIMARY KEY, thread_id TEXT REFERENCES threads(id), parent_message_hash TEXT,
  tip_message_hash TEXT, model TEXT, resolved_model TEXT, options_json TEXT, schema_id TEXT, input_tokens INTEGER,
  output_tokens INTEGER, token_details TEXT, duration_ms INTEGER, datetime_utc TEXT, response_json TEXT);
CREATE INDEX idx_messages_parent_hash ON messages (parent_hash);
CREATE UNIQUE INDEX idx_parts_message_hash_position ON parts (message_hash, position);
CREATE INDEX idx_turns_thread_id ON turns (thread_id);
CREATE TABLE turn_tools (turn_id TEXT, tool_id INTEGER, instance_id INTEGER, PRIMARY KEY (turn_id, tool_id));
"""


@dataclass(frozen=True)
class Called:
    """One call with its prompt and answer; `results` are the tool results sent with the prompt."""

    id: str
    thread: str
    prompt: str = ""
    answer: str = ""
    system: str = ""
    fragments: tuple[str, ...] = ()
    options: dict[str, object] = field(default_factory=dict)
    schema: str = ""
    image: bytes = b""
    calls: tuple[tuple[str, str, str], ...] = ()
    results: tuple[tuple[str, str, str], ...] = ()
    at: str = "2026-08-01T10:00:00.123456+00:00"

    @property
    def whole(self) -> str:
        """The prompt as it is sent."""
        return "\n".join((*self.fragments, *([self.prompt] if self.prompt else [])))


PNG = b"\x89PNG\r\n\x1a\n0000"
LOOK_UP = ("look_up", "Look it up", '{"type": "object", "properties": {"order": {"type": "string"}}}')
CALLS = (
    Called("a1", "a", "Hello 世界 {{x}}", "Hi.", "Be {{kind}}.", options={"temperature": 0.5, "top_k": 3}),
    Called("b1", "b", "first", "one"),
    Called("b2", "b", "second", "two", at="2026-08-01T10:00:05+00:00"),
    Called("c1", "c", "see this", "a dot", image=PNG),
    Called("d1", "d", "a dog", '{"name": "Rex"}', schema='{"type": "object"}'),
    Called("e1", "e", "Where is 123?", calls=(("look_up", '{"order": "123"}', "t1"),)),
    Called("e2", "e", answer="In transit.", results=(("look_up", "in transit", "t1"),)),
    Called("f1", "f", "What of it?", "A lot.", "Be {{kind}}.", ("A long text.\n",)),
)


def old_log(path: Path, calls: Sequence[Called] = CALLS) -> Path:
    """Write a log in the format of llm up to 0.31."""
    connection = sqlite3.connect(path)
    connection.executescript(f"{SHARED}{OLD}")
    for call in calls:
        connection.execute("INSERT OR IGNORE INTO conversations VALUES (?, ?, 'm')", (call.thread, call.prompt))
        _shared(connection, call)
        connection.execute(
            "INSERT INTO responses VALUES (?, 'm', ?, ?, NULL, ?, ?, ?, ?, 250, ?, 10, 5, ?, ?, 'm-1')",
            (
                *(call.id, call.prompt, call.system or None, json.dumps(call.options), call.answer),
                *('{"id": "r"}', call.thread, call.at),
                *('{"prompt_tokens_details": {"cached_tokens": 2}}', "s" if call.schema else None),
            ),
        )
        for place, text in enumerate(call.fragments):
            key = connection.execute("INSERT INTO fragments (content) VALUES (?)", (text,)).lastrowid
            connection.execute("INSERT INTO prompt_fragments VALUES (?, ?, ?)", (call.id, key, place))
        if call.image:
            connection.execute("INSERT INTO prompt_attachments VALUES (?, 'image', 0)", (call.id,))
        if call.calls or call.results:
            connection.execute("INSERT INTO tool_responses VALUES (1, ?)", (call.id,))
        for one in call.calls:
            connection.execute("INSERT INTO tool_calls VALUES (NULL, ?, 1, ?, ?, ?)", (call.id, *one))
        for one in call.results:
            connection.execute("INSERT INTO tool_results VALUES (NULL, ?, 1, ?, ?, ?, NULL, NULL)", (call.id, *one))
    connection.commit()
    connection.close()
    return path


def new_log(path: Path, calls: Sequence[Called] = CALLS) -> Path:
    """Write a log in the format of llm from 0.32 on, which also has the old tables, empty."""
    connection = sqlite3.connect(path)
    connection.executescript(f"{SHARED}{OLD}{NEW}")
    tips: dict[str, str | None] = {}
    for call in calls:
        _shared(connection, call)
        connection.execute("INSERT OR IGNORE INTO threads (id, name) VALUES (?, ?)", (call.thread, call.prompt))
        tip = tips.get(call.thread)
        if call.system and tip is None:
            tip = _message(connection, tip, "system", [("text", call.system, None)])
        for name, output, key in call.results:
            body = {"name": name, "output": output, "tool_call_id": key}
            tip = _message(connection, tip, "tool", [("tool_result", None, body)])
        if call.prompt:
            tip = _message(connection, tip, "user", _asked(connection, call))
        parent = tip
        said: list[tuple[str, str | None, object]] = [("text", call.answer, None)] if call.answer else []
        for name, arguments, key in call.calls:
            body = {"name": name, "arguments": json.loads(arguments), "tool_call_id": key}
            said.append(("tool_call", None, body))
        tip = tips[call.thread] = _message(connection, tip, "assistant", said)
        connection.execute(
            "INSERT INTO turns VALUES (?, ?, ?, ?, 'm', 'm-1', ?, ?, 10, 5, ?, 250, ?, ?)",
            (
                *(call.id, call.thread, parent, tip, json.dumps(call.options) if call.options else None),
                *("s" if call.schema else None, '{"prompt_tokens_details": {"cached_tokens": 2}}'),
                *(call.at, '{"id": "r"}'),
            ),
        )
        if call.calls or call.results:
            connection.execute("INSERT INTO turn_tools VALUES (?, 1, NULL)", (call.id,))
    connection.commit()
    connection.close()
    return path


def _shared(connection: sqlite3.Connection, call: Called) -> None:
    connection.execute("INSERT OR IGNORE INTO schemas VALUES ('s', ?)", (call.schema,)) if call.schema else None
    connection.execute("INSERT OR IGNORE INTO tools VALUES (1, 'h', ?, ?, ?, NULL)", LOOK_UP)
    connection.execute("INSERT OR IGNORE INTO attachments VALUES ('image', 'image/png', NULL, NULL, ?)", (PNG,))


def _asked(connection: sqlite3.Connection, call: Called) -> list[tuple[str, str | None, object]]:
    parts: list[tuple[str, str | None, object]] = [("text", call.whole, None)]
    if call.fragments:
        keys = [
            connection.execute("INSERT INTO fragments (content) VALUES (?)", (text,)).lastrowid
            for text in call.fragments
        ]
        pieces = [piece for key in keys for piece in ({"fragment": key}, {"literal": "\n"})]
        parts = [("text", None, {"text_ref": [*pieces[:-1], {"literal": f"\n{call.prompt}"}]})]
    if call.image:
        parts.append(("attachment", None, {"attachment": {"id": "image"}}))
    return parts


def _message(
    connection: sqlite3.Connection, parent: str | None, role: str, parts: list[tuple[str, str | None, object]]
) -> str:
    name = hashlib.sha256(json.dumps([parent, role, parts]).encode()).hexdigest()
    cursor = connection.execute("INSERT OR IGNORE INTO messages VALUES (?, ?, ?, NULL)", (name, parent, role))
    if cursor.rowcount:
        for position, (kind, text, body) in enumerate(parts):
            connection.execute(
                "INSERT INTO parts (message_hash, position, type, text, payload) VALUES (?, ?, ?, ?, ?)",
                (name, position, kind, text, None if body is None else json.dumps(body)),
            )
    return name
