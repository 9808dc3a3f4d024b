"""The prompts of a promptfoo configuration.

Invariant: a prompt is read as promptfoo reads it: text, or a file whose extension says how. Programs are never run, and
a text that promptfoo takes for a path is kept as a text if it cannot be one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from workbench.core.cases import json_text
from workbench.core.content import ROLES, Content, Message, Role
from workbench.core.imported_runs import clean
from workbench.core.text import opening_words
from workbench.core.yaml12 import YamlError, read_yaml
from workbench.formats.imports.promptfoo_settings import as_text
from workbench.formats.suites.loading import FILE, ConfigLoader, csv_rows, is_code
from workbench.formats.suites.nunjucks import (
    ConvertedTemplate,
    SuiteVariables,
    TemplateRefusedError,
    convert,
)
from workbench.formats.suites.suite_files import is_pattern
from workbench.formats.suites.suite_format import SuiteFileError

MOST_PROMPTS = 200
_PATHS = (".j2", ".json", ".jsonl", ".md", ".txt", ".yml", ".yaml", ".py", ".js", ".cjs", ".mjs", ".ts", ".cts", ".mts")
"""Extensions by which promptfoo takes a text for a path, wherever it is."""
_REMOTE = ("portkey://", "langfuse://", "helicone://")
_DELIMITER = "---"
_NOT_IN_PATHS = re.compile(r"\s|\{\{|\{%")


@dataclass(frozen=True, slots=True)
class RawPrompt:
    """A prompt as promptfoo has it: its text before rendering, and the label and id by which filters name it."""

    text: str
    label: str
    id: str
    where: str


def read_prompts(prompts: Any, loader: ConfigLoader) -> tuple[RawPrompt, ...]:
    """Return the prompts of a configuration. Raises SuiteFileError."""
    found: list[RawPrompt] = []
    seen: set[str] = set()
    for where, entry in _entries(prompts):
        key = json_text(entry)
        if key in seen:
            continue
        seen.add(key)
        found += _of_entry(entry, where, loader)
        if len(found) > MOST_PROMPTS:
            raise SuiteFileError(f"This configuration has more than {MOST_PROMPTS} prompts. Split it.")
    if not found:
        raise SuiteFileError("No prompt of this configuration can be tested here. Add a text, or a file with one.")
    return tuple(found)


def _entries(prompts: Any) -> Iterator[tuple[str, Any]]:
    if prompts is None:
        yield "prompts", "{{prompt}}"
    elif isinstance(prompts, str):
        yield "prompts", prompts
    elif isinstance(prompts, list) and prompts:
        yield from ((f"prompts[{number}]", one) for number, one in enumerate(prompts))
    elif isinstance(prompts, dict) and prompts:
        yield from ((f"prompts.{raw}", {"raw": raw, "label": label}) for raw, label in prompts.items())
    elif prompts in ([], {}):
        raise SuiteFileError("prompts: there is no prompt in the list. Add one, or remove the key for {{prompt}}.")
    else:
        raise SuiteFileError("prompts: this is neither a text nor a list of prompts. Correct it there.")


def _of_entry(entry: Any, where: str, loader: ConfigLoader) -> Iterator[RawPrompt]:
    given = {"raw": entry} if isinstance(entry, str) else entry
    raw = given.get("raw") or given.get("id") if isinstance(given, dict) else None
    if not isinstance(raw, str) or not raw:
        raise SuiteFileError(f"{where}: a prompt is a text, or a map with id or raw. Correct it there.")
    if given.get("config"):
        loader.lose("left_out", f"{where}.config", "Settings of a single prompt are not used.")
    label, id_ = as_text(given.get("label")), as_text(given.get("id"))
    if raw.startswith("exec:") or raw.startswith(_REMOTE) or (_may_be_path(raw) and is_code(loader.filled(raw))):
        kind = "It is kept by another service, which is not asked." if raw.startswith(_REMOTE) else "It is a program."
        loader.lose("refused", where, f"The prompt “{opening_words(raw, 60)}” is left out. {kind}")
        return
    if not _may_be_path(raw):
        yield RawPrompt(raw, label or raw, id_, where)
        return
    yield from _of_path(raw, label, id_, where, loader)


def _may_be_path(text: str) -> bool:
    """Whether promptfoo takes a text for a path."""
    if "\n" in text or any(name in text for name in _REMOTE):
        return False
    ends = text.split(":")[-2:]
    return (
        text.startswith(FILE)
        or any(part.endswith(_PATHS) for part in ends)
        or text[-3:-2] == "."
        or text[-4:-3] == "."
        or any(mark in text for mark in "*/\\")
    )


def _of_path(raw: str, label: str, id_: str, where: str, loader: ConfigLoader) -> Iterator[RawPrompt]:
    path = loader.filled(raw.removeprefix(FILE))
    is_surely = raw.startswith(FILE) or not _NOT_IN_PATHS.search(raw)
    if not is_surely and not loader.exists(path):
        if "*" not in raw and "?" not in raw:
            sentence = "It is a text here; promptfoo takes it for a path, and refuses the file."
            loader.lose("differs", where, sentence)
        yield RawPrompt(raw, label or raw, id_, where)
        return
    if is_pattern(path) or not path.rpartition("/")[2].count("."):
        paths = loader.paths(path, where)
        if not paths and is_pattern(path):
            raise SuiteFileError(f"{where}: no file matches “{path[:200]}”. Correct it there.")
        for one in paths:
            if is_code(one):
                loader.lose("refused", where, f"The prompt {one} is left out. It is a program.")
            else:
                yield from _of_file(one, "", where, loader)
        if paths:
            return
    yield from _of_file(path, label, where, loader)


def _of_file(path: str, label: str, where: str, loader: ConfigLoader) -> Iterator[RawPrompt]:
    text = loader.text(path, where)
    name = path.lower()
    if name.endswith(".txt"):
        texts = [part.strip() for part in _split(text)]
        head = f"{label}: {path}" if label else path
        yield from (RawPrompt(one, f"{head}: {one}", "", where) for one in texts if one)
    elif name.endswith((".md", ".j2")):
        yield RawPrompt(text, label or f"{path}: {text[:50]}...", "", where)
    elif name.endswith((".json", ".yaml", ".yml")):
        text = _compact(text, path, where, loader)
        yield RawPrompt(text, label or f"{path}: {text if name.endswith('.json') else text[:80]}", "", where)
    elif name.endswith(".jsonl"):
        lines = [line for line in text.split("\n") if line]
        for line in lines:
            head = label or path
            yield RawPrompt(line, f"{head}: {line}" if len(lines) > 1 else head, "", where)
    elif name.endswith(".csv"):
        yield from _of_table(text, path, label, where)
    else:
        raise SuiteFileError(f"{where}: files like “{path[:200]}” are not read as prompts. Use .txt, .md or .json.")


def _split(text: str) -> Iterator[str]:
    buffer: list[str] = []
    for line in text.split("\n"):
        if line.strip() == _DELIMITER:
            yield "\n".join(buffer)
            buffer = []
        else:
            buffer.append(line)
    yield "\n".join(buffer)


def _compact(text: str, path: str, where: str, loader: ConfigLoader) -> str:
    """Return JSON or YAML as compact JSON with the files in it, as promptfoo sends it; other text unchanged."""
    try:
        value = loader.structure(text, path)
    except SuiteFileError:
        if path.lower().endswith(".json"):
            return text
        raise
    return json_text(loader.loaded_deeply(value, where)) if isinstance(value, list | dict) else text


def _of_table(text: str, path: str, label: str, where: str) -> Iterator[RawPrompt]:
    rows: list[dict[str, str]] = csv_rows(text, path) if "," in text else []
    if not rows:
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        rows = [{"prompt": line} for line in lines[[line.lower() for line in lines[:1]] == ["prompt"] :]]
    cells = [{name.strip(): cell.strip() for name, cell in row.items()} for row in rows]
    filled = [row for row in cells if row.get("prompt")]
    for number, row in enumerate(filled, start=1):
        prompt = row["prompt"]
        usual = f"{label}: {prompt}" if label and len(filled) > 1 else label or f"Prompt {number} - {prompt}"
        yield RawPrompt(prompt, row.get("label") or usual, "", where)


def content_of(
    raw: RawPrompt, variables: SuiteVariables, affixes: Sequence[str], loader: ConfigLoader
) -> tuple[Content, ConvertedTemplate]:
    """Return the content of a prompt, with a text before and after it (`affixes`). Raises TemplateRefusedError."""
    before, after = affixes
    data = _data(raw)
    if isinstance(data, list) and data and all(isinstance(one, dict) and "role" in one for one in data):
        if before or after:
            raise TemplateRefusedError(
                "A prefix or suffix around a prompt in JSON breaks it. Put it into the messages."
            )
        messages = [_message(one, number, raw, loader) for number, one in enumerate(data, start=1)]
        is_json = raw.text.lstrip()[:1] == "["
        converted = convert([clean(loader.filled(text)) for _, text in messages], variables, keeps_partial=not is_json)
        pairs = zip(messages, converted.texts, strict=True)
        return Content(tuple(Message(role, text) for (role, _), text in pairs), converted.template), converted
    text = raw.text if data is None or before or after else _rewritten(data, raw, loader)
    converted = convert([clean(f"{before}{loader.filled(text)}{after}")], variables)
    return Content((Message("user", converted.texts[0]),), converted.template), converted


def _data(raw: RawPrompt) -> Any:
    """Return the value of a prompt that promptfoo reads as JSON, or a chat in YAML; None for another text."""
    text = raw.text.strip()
    if text.startswith("- role:"):
        try:
            return read_yaml(raw.text).value
        except YamlError as error:
            raise TemplateRefusedError(f"Its messages cannot be read as YAML: {error}.") from error
    if text[:1] not in ("[", "{"):
        return None
    try:
        return json.loads(text)
    except RecursionError as error:
        raise TemplateRefusedError("Its JSON is nested too deeply.") from error
    except ValueError as error:
        if '"role"' in text:
            sentence = "It is JSON only after its variables are filled in. Put them in quotes."
            raise TemplateRefusedError(sentence) from error
        return None


def _rewritten(data: Any, raw: RawPrompt, loader: ConfigLoader) -> str:
    """Return JSON without messages as promptfoo writes it, except that it escapes the values of variables."""
    if "{{" in raw.text or "{%" in raw.text:
        sentence = "Values in it are not escaped; promptfoo escapes quotes and line breaks in values of a JSON prompt."
        loader.lose("differs", raw.where, sentence)
        if "\\" in raw.text:
            return raw.text
    return json.dumps(data, ensure_ascii=False, indent=2)


def _message(data: dict[str, Any], number: int, raw: RawPrompt, loader: ConfigLoader) -> tuple[Role, str]:
    role, content = data["role"], data.get("content")
    if role == "developer":
        role = "system"
        loader.lose("differs", raw.where, "Messages of the role developer are sent with the role system.")
    if isinstance(content, list) and all(isinstance(one, dict) and one.get("type") == "text" for one in content):
        content = "\n\n".join(as_text(one.get("text")) for one in content)
    if role not in ROLES or not isinstance(content, str):
        raise TemplateRefusedError(f"Message {number} is no text of a system, user or assistant message.")
    if more := sorted(data.keys() - {"role", "content"}):
        loader.lose("left_out", raw.where, f"Of message {number}, {', '.join(more)[:80]} is not sent.")
    return cast(Role, role), content


def titles(prompts: Sequence[RawPrompt]) -> tuple[str, ...]:
    """Return short unique names of prompts."""
    found: list[str] = []
    for number, prompt in enumerate(prompts, start=1):
        title = opening_words(clean(prompt.label), 60) or f"Prompt {number}"
        found.append(title if title not in found else f"{title} ({number})")
    return tuple(found)


def matches(reference: str, label: str, id_: str) -> bool:
    """Whether a filter names a prompt or a provider with this label and id."""
    names = [name for name in (label, id_) if name]
    if reference in names or any(name.startswith(f"{reference}:") for name in names):
        return True
    return reference.endswith("*") and any(name.startswith(reference[:-1]) for name in names)
