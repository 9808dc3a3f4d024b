"""A file of every import format, by the id of the format. A new format adds one."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workbench.core.llm_log import CallLog
from workbench.formats.exports import jsonl


@dataclass(frozen=True)
class SampleFile:
    """A file that a format is asked about, which need not exist."""

    start: bytes
    path: Path = Path("file")
    is_history: bool = False
    columns: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def tables(self) -> Mapping[str, frozenset[str]]:
        return self.columns

    def body(self) -> bytes:
        return self.start

    def calls(self) -> CallLog:
        raise NotImplementedError


def archive(first: str) -> bytes:
    """Return a zip file whose first entry has this name."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr(first, "x")
    return file.getvalue()


DATABASE = b"SQLite format 3\0"
SAMPLES: dict[str, SampleFile] = {
    "export": SampleFile(b'{"format":%d,"run":"r1"' % jsonl.VERSION),
    "workbench": SampleFile(DATABASE, is_history=True),
    "llm": SampleFile(DATABASE, columns={"responses": frozenset({"id"})}),
    "promptfoo": SampleFile(b'\xef\xbb\xbf\n {"evalId": "e", "results": {}}'),
    "tests": SampleFile(b"prompts: ['Hi {{name}}']\nproviders: [echo]\ntests:\n- vars: {name: Ada}\n"),
    "pack": SampleFile(archive("pack.yaml")),
    "prompt": SampleFile(b"name: Bot\nmessages:\n- role: user\n  content: Hi\n"),
    "conversation": SampleFile(b'[{"role": "user", "content": "Hi"}]'),
    "technique": SampleFile(b"name: Role\nplace: caret\nsnippet: |\n  You are.\n"),
    "gguf": SampleFile(b"GGUF\3\0\0\0"),
}
OTHERS = [
    SampleFile(b""),
    SampleFile(b"notes"),
    SampleFile(b"[1, 2]"),
    SampleFile(archive("a.txt")),
    SampleFile(DATABASE, columns={"notes": frozenset({"id"})}),
    SampleFile(DATABASE + b"\nmessages:\nplace:\nsnippet:"),
]
