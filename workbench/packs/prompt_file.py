"""`prompts/<slug>.prompt.yml`: a prompt with its versions.

Invariant: `read(write(prompt))` equals the prompt. The fields of GitHub's `.prompt.yml` hold the main version, so that
tools for that format can read and run it; everything without such a field is under `workbench`. If both hold the same
setting (the output format), `workbench` takes precedence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from workbench.core import content as contents
from workbench.core.content import Content, ContentError
from workbench.core.parameters import names_in, table
from workbench.core.templates import template_texts
from workbench.packs.errors import PackError
from workbench.packs.pack_contents import FORMAT, PackPrompt, PackVersion, Values
from workbench.packs.read_limits import MOST_TAGS, MOST_VERSIONS, ReadAllowance
from workbench.packs.yaml_reader import parse, typed

if TYPE_CHECKING:
    from workbench.core.cases import Check
    from workbench.core.lanes import Lane

_OWN = "workbench"
_SAID_TWICE = ("model", "modelParameters", "responseFormat", "jsonSchema")
_FIELDS = frozenset({"name", "description", "messages", "testData", _OWN, *_SAID_TWICE})
_OWN_FIELDS = frozenset({"format", "uid", "version", "content", "lanes", "checks", "threshold", "versions"})


def write(prompt: PackPrompt) -> bytes:
    """Return the file. Raises ValueError for unpaired surrogates."""
    from workbench.packs.yaml_writer import write as write_yaml

    content = prompt.content
    data: dict[str, Any] = {"name": prompt.name}
    if prompt.description:
        data["description"] = prompt.description
    data |= _lane_fields(prompt.lanes)
    if content.output is not None:
        data |= _format_fields(content)
    stored = contents.to_json(content)
    messages = stored.pop("messages", [])
    data["messages"] = [{"role": m["role"], "content": m["text"]} for m in messages]
    if prompt.values:
        data["testData"] = [dict(prompt.values)]
    return write_yaml({**data, _OWN: _own(prompt, stored, messages)})


def _own(prompt: PackPrompt, stored: dict[str, Any], messages: list[dict[str, Any]]) -> dict[str, Any]:
    own: dict[str, Any] = {"format": FORMAT, "uid": prompt.uid, "version": prompt.main}
    rest = {name: value for name, value in stored.items() if name != "format"}
    more = [
        {"number": number} | {name: value for name, value in message.items() if name not in ("role", "text")}
        for number, message in enumerate(messages, start=1)
    ]
    if more := [one for one in more if len(one) > 1]:
        rest["messages"] = more
    if rest:
        own["content"] = rest
    if prompt.lanes:
        own["lanes"] = [_lane(lane, prompt) for lane in prompt.lanes]
    if prompt.checks:
        from workbench.core.cases import check_to_json

        own["checks"] = [check_to_json(check) for check in prompt.checks]
    if prompt.threshold is not None:
        own["threshold"] = prompt.threshold
    own["versions"] = [_version(version, prompt.main) for version in prompt.versions]
    return own


def _lane(lane: Lane, prompt: PackPrompt) -> dict[str, Any]:
    data = lane.to_json()
    if lane.pinned is not None:
        data["pinned"] = prompt.versions[lane.pinned - 1].hash
    return data


def _version(version: PackVersion, main: str) -> dict[str, Any]:
    data = {"version": version.hash, "parent": version.parent, "note": version.note}
    found: dict[str, Any] = {name: text for name, text in data.items() if text}
    if version.hash != main:
        found["content"] = {k: value for k, value in contents.to_json(version.content).items() if k != "format"}
    return found


def _lane_fields(lanes: tuple[Lane, ...]) -> dict[str, Any]:
    """Return model and parameters of the first visible lane as GitHub's fields."""
    lane = next((lane for lane in lanes if not lane.hidden), None)
    if lane is None:
        return {}
    params = lane.params.to_json()
    given = {name: params[ours] for name, ours in names_in("github").items() if ours in params}
    return {"model": lane.model, **({"modelParameters": given} if given else {})}


def _format_fields(content: Content) -> dict[str, Any]:
    import json

    from workbench.core.blocks import BlockError
    from workbench.core.chat_form import format_form

    if content.output is None:
        return {}
    try:
        form = format_form(content.output)
    except BlockError:
        # An incomplete schema has no form that other tools could use.
        return {}
    if form["type"] == "json_object":
        return {"responseFormat": "json_object"}
    return {
        "responseFormat": "json_schema",
        "jsonSchema": json.dumps(form["json_schema"], indent=2, ensure_ascii=False),
    }


def read(
    raw: bytes, slug: str, name: str, *, hashed: bool = True, allowance: ReadAllowance | None = None
) -> tuple[PackPrompt, tuple[str, ...]]:
    """Return a prompt, and sentences about edits by hand; errors quote `name`. Raises PackError.

    Without `hashed`, the hashes of versions are taken from the file, which halves the time. `allowance` is that of the
    pack.
    """
    allowance = allowance or ReadAllowance()
    data = parse(raw, name, allowance)
    own = data.get(_OWN, {})
    if not isinstance(own, dict):
        raise PackError(f"{name}: `{_OWN}` is not a map. Write names with values.")
    if typed(own.get("format", FORMAT)) != FORMAT:
        raise PackError(f"{name} has format {own['format']!r}; this release reads {FORMAT}. Update the program.")
    content = main_content(data, own, name)
    allowance.tags -= sum(text.count("{{") + text.count("{%") for _, text in template_texts(content))
    if allowance.tags < 0:
        raise PackError(f"{name} exceeds the {MOST_TAGS:,} variables allowed in the texts of one pack. Split it.")
    main, versions, notes = _versions(own, content, name, hashed)
    values = _values(data.get("testData"), name)
    lanes = _lanes(own.get("lanes") or _given_lane(data, name), versions, name)
    if hashed:
        notes += tuple(f"{name}: {note}" for note in _unused(data, own, lanes, content))
    return (
        PackPrompt(
            uid=_text(own, "uid", name),
            name=_text(data, "name", name) or slug,
            slug=slug,
            main=main,
            versions=versions,
            description=_text(data, "description", name),
            lanes=lanes,
            values=values,
            checks=_checks(own.get("checks"), name),
            threshold=_threshold(own, name),
        ),
        notes,
    )


def _unused(
    data: Mapping[str, Any], own: Mapping[str, Any], lanes: tuple[Lane, ...], content: Content
) -> Iterator[str]:
    """Yield sentences about fields in the file that are ignored."""
    unknown = [key for key in data if key not in _FIELDS] + [f"{_OWN}.{key}" for key in own if key not in _OWN_FIELDS]
    if unknown:
        yield f"{_some(unknown)} is not used here."
    told = _lane_fields(lanes) | _format_fields(content)
    if other := [key for key in _SAID_TWICE if key in data and typed(data[key]) != told.get(key)]:
        yield f"{_some(other)} differs from the one under `{_OWN}`, which is used."
    rows = data.get("testData")
    if isinstance(rows, list) and len(rows) > 1:
        yield "only the first row of `testData` is used. Write the others as cases."


def _some(keys: list[str]) -> str:
    shown = ", ".join(f"`{key[:80]}`" for key in keys[:5])
    return f"{shown} and more" if len(keys) > 5 else shown


def main_content(data: Mapping[str, Any], own: Mapping[str, Any], name: str) -> Content:
    """Return the content of the main version. Raises PackError."""
    messages = data.get("messages", [])
    if not isinstance(messages, list) or not all(isinstance(one, dict) for one in messages):
        raise PackError(f"{name}: `messages` is not a list of maps with `role` and `content`.")
    stored = own.get("content", {})
    if not isinstance(stored, dict):
        raise PackError(f"{name}: `{_OWN}.content` is not a map. Write names with values.")
    rest = content_json(stored)
    made = [{"role": _plain(one.get("role")), "text": _plain(one.get("content"))} for one in messages]
    more = rest.pop("messages", [])
    if not isinstance(more, list) or not all(isinstance(one, dict) for one in more):
        raise PackError(f"{name}: `{_OWN}.content.messages` is not a list of maps with a `number`.")
    for one in more:
        number = one.pop("number", None)
        if type(number) is not int or not 1 <= number <= len(made):
            raise PackError(f"{name}: `{_OWN}.content.messages` refers to message {number!r}, which does not exist.")
        made[number - 1] |= {key: value for key, value in one.items() if key not in ("role", "text")}
    return _content({**rest, **({"messages": made} if made else {})}, name)


def _versions(
    own: Mapping[str, Any], content: Content, name: str, hashed: bool
) -> tuple[str, tuple[PackVersion, ...], tuple[str, ...]]:
    listed, main = own.get("versions", []), _text(own, "version", name)
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise PackError(f"{name}: `{_OWN}.versions` is not a list of maps.")
    if len(listed) > MOST_VERSIONS:
        raise PackError(f"{name} has {len(listed):,} versions; at most {MOST_VERSIONS:,} are read.")
    known: dict[str, str] = {}
    hashes: set[str] = set()
    found: list[PackVersion] = []
    changed = False
    for one in listed:
        said = _text(one, "version", name)
        if "content" in one:
            if not isinstance(one["content"], dict):
                raise PackError(f"{name}: the content of version {said[:12]} is not a map.")
            made = _content(content_json(one["content"]), name)
        else:
            made = content
        hash_ = _hash(made, name) if hashed or not said else said
        changed |= hash_ != said
        if hash_ in hashes or said in known:
            raise PackError(f"{name} has version {said[:12]} twice. Keep one.")
        hashes.add(hash_)
        known[said] = hash_
        # The parent of a version edited by hand is the version before the edit.
        parent = said if hash_ != said else known.get(_text(one, "parent", name), "")
        found.append(PackVersion(hash_, made, parent, _text(one, "note", name)))
    used = _hash(content, name) if hashed or not main else main
    if used not in hashes:
        found.append(PackVersion(used, content, main if hashed else ""))
        changed |= bool(listed)
    changed |= bool(main) and main != used
    note = f"{name} was changed after the export; its text becomes a new version."
    return used, tuple(found), (note,) if changed else ()


def _lanes(listed: Any, versions: tuple[PackVersion, ...], name: str) -> tuple[Lane, ...]:
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise PackError(f"{name}: `{_OWN}.lanes` is not a list of maps.")
    if not listed:
        return ()
    from workbench.core.lanes import Lane

    places = {version.hash: number for number, version in enumerate(versions, start=1)}
    lanes = []
    for one in listed:
        pinned = _plain(one.get("pinned"))
        data = _lane_json(one)
        if pinned is not None:
            # If the pinned version was edited by hand or left out, the lane uses the main version.
            data.pop("pinned", None)
            if isinstance(pinned, str) and pinned in places:
                data["pinned"] = places[pinned]
        try:
            lane = Lane.from_json(data)
            if wrong := lane.params.out_of_range():
                raise ValueError(wrong)
        except ValueError as error:
            raise PackError(f"{name}: {error} Correct it there.") from error
        lanes.append(lane)
    return tuple(lanes)


def _checks(listed: Any, name: str) -> tuple[Check, ...]:
    if not listed and not isinstance(listed, str):
        return ()
    from workbench.core.cases import CaseError, check_from_json

    if not isinstance(listed, list):
        raise PackError(f"{name}: `{_OWN}.checks` is not a list of maps with a `type`.")
    try:
        return tuple(
            check_from_json(typed(one), f"{name}: check {number}") for number, one in enumerate(listed, start=1)
        )
    except CaseError as error:
        raise PackError(str(error)) from error


def _threshold(own: Mapping[str, Any], name: str) -> float | None:
    value = typed(own.get("threshold"))
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise PackError(f"{name}: `{_OWN}.threshold` is not a number of 0 or more. Correct it there.")
    return value


def _given_lane(data: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the lane described by GitHub's fields, for a handwritten file."""
    from workbench.core.lanes import LITELLM

    model, given = _text(data, "model", name), data.get("modelParameters", {})
    if not model:
        return []
    if not isinstance(given, dict):
        raise PackError(f"{name}: `modelParameters` is not a map. Write names with values.")
    params = {ours: given[theirs] for theirs, ours in names_in("github").items() if theirs in given}
    return [{"slot": "a", "endpoint": LITELLM, "model": model, "params": params}]


def _lane_json(one: Mapping[str, Any]) -> dict[str, Any]:
    """Return a lane's stored form: numbers and booleans are converted, texts stay as spelled."""
    texts = {key: _plain(value) for key, value in one.items() if key in ("slot", "endpoint", "model", "label")}
    data = {**typed(one), **texts}
    params = one.get("params")
    if isinstance(params, dict):
        data["params"] = typed(params)
        for row in table():
            if row.is_text and row.name in params:
                value = params[row.name]
                spelled = [_plain(item) for item in value] if isinstance(value, list) else _plain(value)
                data["params"][row.name] = spelled
    return data


_TYPED = frozenset({"format", "tool_rounds", "cache", "off", "number"})
_KNOWN = contents.KNOWN


def content_json(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a content's stored form: known fields are text except numbers and flags, unknown ones are JSON."""
    return {key: _known(key, value) if key in _KNOWN else typed(value) for key, value in data.items()}


def _known(key: str, value: Any) -> Any:
    if key in _TYPED:
        return typed(value)
    if isinstance(value, dict):
        return {name: _known(name, item) for name, item in value.items()}
    if isinstance(value, list):
        return [_known("", item) for item in value]
    return _plain(value)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, str) else value


def _content(data: Mapping[str, Any], name: str) -> Content:
    try:
        return contents.from_json({**data, "format": contents.FORMAT})
    except ContentError as error:
        raise PackError(f"{name}: {error}") from error


def _hash(content: Content, name: str) -> str:
    try:
        return contents.content_hash(content)
    except ContentError as error:
        raise PackError(f"{name}: {error}") from error


def _values(rows: Any, name: str) -> Values:
    if rows is None or isinstance(rows, str) or not rows:
        return ()
    first = rows[0] if isinstance(rows, list) else None
    if not isinstance(first, dict) or not all(isinstance(value, str) for value in first.values()):
        raise PackError(f"{name}: `testData` is not a list of maps of texts. Write one map per case.")
    return tuple((key, str(value)) for key, value in first.items())


def _text(data: Mapping[str, Any], key: str, name: str) -> str:
    value = data.get(key, "")
    if not isinstance(value, str):
        raise PackError(f"{name}: `{key}` is not text. Write it as text.")
    return str(value)
