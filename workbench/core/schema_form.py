"""A JSON Schema as a form: the properties of an object, with the most common keywords.

Invariant: writing an unchanged form returns the same schema, and a change affects nothing else: every property keeps
its source schema, including keywords that the form does not show.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from workbench.core.json_parts import read_object

Kind = Literal["string", "number", "integer", "boolean", "object", "array", "other"]
KINDS: tuple[Kind, ...] = get_args(Kind)
DEEPEST = 12
"""Levels of objects and lists that are shown; deeper levels are kept unchanged."""
_SHOWN = frozenset({"type", "description"})
_BY_KIND: Mapping[Kind, frozenset[str]] = {
    "string": frozenset({"enum"}),
    "object": frozenset({"properties", "required"}),
    "array": frozenset({"items"}),
}


class SchemaFormError(ValueError):
    """A schema that the form cannot show, or a form that is not a valid schema; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class SchemaField:
    """One property. `source` is the JSON of its schema as read; "{}" for a new one.

    `choices` are the allowed values of a string, () for any; `items` is the kind of an array's elements; `children` are
    the properties of an object, or of the objects in an array. Kind "other" is what the form cannot show.
    """

    name: str
    kind: Kind = "string"
    required: bool = False
    description: str = ""
    choices: tuple[str, ...] = ()
    items: Kind = "other"
    children: tuple[SchemaField, ...] = ()
    source: str = "{}"

    @property
    def holds_children(self) -> bool:
        """Whether it is an object or an array of objects."""
        return self.kind == "object" or (self.kind == "array" and self.items == "object")


NEW = SchemaField("", "object", source='{"type": "object", "properties": {}}')
"""The form of an empty schema."""


def read_schema(text: str) -> SchemaField:
    """Return the form of a typed JSON Schema; NEW for blank text. Raises SchemaFormError."""
    if not text.strip():
        return NEW
    try:
        schema = read_object(text)
        json.loads(text, object_pairs_hook=_no_twins)
    except SchemaFormError:
        raise
    except ValueError as error:
        raise SchemaFormError(f"This is not JSON yet, so it has no form. {error}") from error
    form = _read("", schema, 0, required=False)
    if form.kind != "object":
        raise SchemaFormError('The form works only for schemas with "type": "object". Edit this one as text.')
    return form


def write_schema(form: SchemaField) -> str:
    """Return the schema as text. Raises SchemaFormError for missing or duplicate names of properties."""
    return json.dumps(_write(form, 0, _is_closed(form)), indent=2, ensure_ascii=False)


def unshown(form: SchemaField) -> tuple[str, ...]:
    """Return the keywords that the form does not show but keeps, for example `minLength of name`."""
    return tuple(_unshown(form, ""))


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    if len(set(keys)) < len(keys):
        twin = next(key for key in keys if keys.count(key) > 1)
        raise SchemaFormError(f"“{twin}” appears twice in one object. Remove one of them, then open the form.")
    return dict(pairs)


def _read(name: str, schema: object, depth: int, *, required: bool) -> SchemaField:
    source = json.dumps(schema, ensure_ascii=False)
    if not isinstance(schema, dict) or schema.get("type") not in KINDS or depth > DEEPEST:
        return SchemaField(name, "other", required, _text(schema, "description"), source=source)
    kind: Kind = schema["type"]
    items: Kind = "other"
    children: tuple[SchemaField, ...] = ()
    if kind == "object":
        children = _properties(schema, depth)
    elif kind == "array":
        element = _read("", schema.get("items"), depth + 1, required=False)
        items, children = element.kind, element.children
    choices = _choices(schema) if kind == "string" else ()
    return SchemaField(name, kind, required, _text(schema, "description"), choices, items, children, source)


def _properties(schema: Mapping[str, Any], depth: int) -> tuple[SchemaField, ...]:
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return ()
    required = _required(schema)
    return tuple(_read(name, one, depth + 1, required=name in required) for name, one in properties.items())


def _required(schema: Mapping[str, Any]) -> list[str]:
    names = schema.get("required")
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def _text(schema: object, key: str) -> str:
    value = schema.get(key) if isinstance(schema, dict) else None
    return value if isinstance(value, str) else ""


def _choices(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the values of an enum of strings that survives editing as one line with commas, () for any other."""
    values = schema.get("enum")
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        return ()
    return tuple(values) if split_choices(", ".join(values)) == tuple(values) else ()


def split_choices(text: str) -> tuple[str, ...]:
    """Split a line at commas into distinct choices."""
    return tuple(dict.fromkeys(part for one in text.split(",") if (part := one.strip())))


def _is_closed(form: SchemaField) -> bool:
    source = json.loads(form.source)
    return isinstance(source, dict) and source.get("additionalProperties") is False


def _write(field: SchemaField, depth: int, closed: bool) -> Any:
    source = json.loads(field.source)
    before = _read(field.name, source, depth, required=field.required)
    if before == field:
        return source
    schema = dict(source) if isinstance(source, dict) else {}
    if field.kind != before.kind:
        for key in _BY_KIND.get(before.kind, ()):
            schema.pop(key, None)
        if field.kind == "other":
            schema.pop("type", None)
        else:
            schema["type"] = field.kind
    _put(schema, "description", field.description, before.description)
    if field.kind == "string":
        _put(schema, "enum", list(field.choices), list(before.choices))
    elif field.kind == "object":
        _write_properties(
            schema, field.children, before.children, depth + 1, closed and before.kind != "object", closed
        )
    elif field.kind == "array":
        _write_items(schema, field, depth + 1, closed)
    return schema


def _put(schema: dict[str, Any], key: str, value: Any, before: Any) -> None:
    if value == before:
        return
    if value:
        schema[key] = value
    else:
        schema.pop(key, None)


def _write_properties(
    schema: dict[str, Any],
    children: Iterable[SchemaField],
    before: Iterable[SchemaField],
    depth: int,
    close: bool,
    closed: bool,
) -> None:
    children = tuple(children)
    names = [child.name for child in children]
    if not all(names):
        raise SchemaFormError("A property has no name. Give it one, or remove it.")
    if len(set(names)) < len(names):
        twin = next(name for name in names if names.count(name) > 1)
        raise SchemaFormError(f"Two properties are called “{twin}”. Rename one of them.")
    schema["properties"] = {child.name: _write(child, depth, closed) for child in children}
    wanted = {child.name for child in children if child.required}
    known = {child.name for child in before} | set(names)
    # Names in `required` that are not properties of this object are kept.
    kept = [name for name in _required(schema) if name in wanted or name not in known]
    required = [*kept, *(name for name in names if name in wanted and name not in kept)]
    if required != _required(schema):
        _put(schema, "required", required, None)
    if close:
        schema.setdefault("additionalProperties", False)


def _write_items(schema: dict[str, Any], field: SchemaField, depth: int, closed: bool) -> None:
    element = _read("", schema.get("items", {}), depth, required=False)
    wanted = replace(element, kind=field.items, children=field.children)
    if wanted != element or (field.items != "other" and "items" not in schema):
        schema["items"] = _write(wanted, depth, closed)


def _unshown(field: SchemaField, where: str) -> Iterator[str]:
    source = json.loads(field.source)
    place = f"{where}.{field.name}" if where and field.name else where or field.name
    of = f" of {place}" if place else ""
    if field.kind == "other":
        if isinstance(source, dict) and source and not set(source) <= _SHOWN - {"type"}:
            yield f"the type{of}"
        return
    shown = _SHOWN | _BY_KIND.get(field.kind, frozenset())
    for key in source if isinstance(source, dict) else ():
        if key not in shown or (key == "enum" and not field.choices):
            yield f"{key}{of}"
    for child in field.children:
        yield from _unshown(child, place)
