"""Samples of is-json and contains-json."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.core.checks.sample import Sample, both, one

JSON_ANSWERS = (
    "{}",
    "[]",
    "[1]",
    "null",
    "true",
    "0",
    "-0",
    "01",
    "1.",
    "1e999",
    '"text"',
    "'text'",
    "",
    "NaN",
    "Infinity",
    '{"a":1}',
    '{"a":1,}',
    "{a:1}",
    '{"a":1}{"a":2}',
    '```json\n{"a":1}\n```',
    '\ufeff{"a":1}',
    ' \n{"a":1}\t',
    '\u00a0{"a":1}',
    '{"a":"\n"}',
    '{"a":"\\ud83d"}',
    '{"a":1,"a":2}',
    "// c\n{}",
    "[1,2",
    '{"a":"}"}',
)


def json_samples() -> Iterator[Sample]:
    yield from both(JSON_ANSWERS, "is-json")
    for answer in (
        '{"a":1}',
        'Here: {"a":1} done',
        '```json\n{"a":1}\n```',
        '{"a":1} {"b":2}',
        "no json",
        "",
        '{"a":{"b":1}}',
        'x {"a":[1,2]} y',
        '{"a":null}',
        "null",
        "42",
        '{ "a" : "b c" }',
        '{\n  "a": [\n    {"b": true}\n  ]\n}',
    ):
        yield from both((answer,), "contains-json")
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "number"}}}
    for answer in ('{"a":1}', 'Here: {"a":1} done', '{"b":1} and {"a":2}', '{"a":"x"}', "none"):
        yield from both((answer,), "contains-json", schema)
    for answer in ("{not json}", "[1]", '{"a":"}"}'):
        yield one(answer, "contains-json")


SCHEMAS: tuple[Any, ...] = (
    {"type": "object", "required": ["a"]},
    '{"type":"object","required":["a"]}',
    "type: object\nrequired: [a]\n",
    "required:\n  - a",
    {"type": "number"},
    {"type": ["object", "null"]},
    {"type": "object", "nullable": True},
    {"nullable": True},
    {"unknownWord": 1},
    {"type": "object", "x-note": "hi"},
    {"format": "unknown"},
    {"prefixItems": [{"type": "number"}]},
    {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"},
    {"$schema": "http://json-schema.org/draft-04/schema#", "type": "object"},
    {"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"},
    {"type": "wrong"},
    {"required": "a"},
    {"enum": []},
    {"enum": [{"a": 1}]},
    {"const": {"a": 1}},
    {"if": {"type": "object"}},
    {"then": {}},
    {"if": {"type": "object"}, "then": {"required": ["z"]}},
    {"additionalItems": False},
    {"items": [{"type": "number"}], "additionalItems": False},
    {"additionalProperties": False},
    {"properties": {"a": {"type": "integer"}}, "additionalProperties": False},
    {"$ref": "#/nowhere"},
    {"$defs": {"x": {"required": ["z"]}}, "$ref": "#/$defs/x"},
    {"$defs": {"x": {"type": "object"}}, "$ref": "#/$defs/x", "required": ["z"]},
    {"$defs": {"x": {"unknownWord": 1}}, "type": "object"},
    {"properties": {"a": {"multipleOf": 0.5}}},
    {"propertyNames": {"pattern": "^a$"}},
    {"patternProperties": {"^a": {"type": "string"}}},
    {"properties": {"a": {}}, "patternProperties": {"^a": {}}},
    {"not": {"type": "object"}},
    {"anyOf": [{"type": "string"}, {"type": "object"}]},
    {"oneOf": [{"type": "object"}, {"required": ["a"]}]},
    {"allOf": [{"type": "object"}, {"minProperties": 2}]},
    {"dependencies": {"a": ["b"]}},
    {"minProperties": 1, "maxProperties": 1},
    {"pattern": "("},
    {"id": "x"},
    {"title": "t", "description": "d", "default": 1, "examples": [1], "$comment": "c", "readOnly": True},
    True,
    False,
    "true",
    "false",
    42,
    [],
    {},
    "",
    "not: [valid",
)
VALUES_OF_FORMATS = {
    "date": ("2024-02-29", "2023-02-29", "2024-2-9"),
    "date-time": ("2024-02-29T12:00:00Z", "2024-02-29T12:00:00", "2024-02-29 12:00:00+01:00", "1998-12-31T23:59:60Z"),
    "time": ("12:00:00Z", "12:00:00", "25:00:00Z"),
    "email": ("a@b.co", "a@b", "a.b@c-d.e", ".a@b.co"),
    "uri": ("https://a.b/c?d#e", "a.b", "mailto:a@b.c", "http://[::1]/", "http://a b"),
    "uri-reference": ("../a", "a b"),
    "url": ("https://example.com/x", "http://127.0.0.1", "example.com"),
    "hostname": ("a-b.c", "-a.b", "a..b"),
    "ipv4": ("1.2.3.4", "1.2.3.256", "01.2.3.4"),
    "ipv6": ("::1", "1::2::3", "::ffff:1.2.3.4"),
    "uuid": ("123e4567-e89b-12d3-a456-426614174000", "123e4567e89b12d3a456426614174000"),
    "regex": ("^a$", "(", r"a\Z"),
    "json-pointer": ("/a/b~0", "a", "/a~"),
    "duration": ("P1D", "PT", "P1W"),
    "byte": ("YQ==", "YQ="),
    "password": ("x",),
}


def schemas_samples() -> Iterator[Sample]:
    for schema in SCHEMAS:
        yield from both(('{"a":1}',), "is-json", schema)
        yield one("nope", "is-json", schema)
    # Only once: promptfoo keeps schemas, and refuses a second one with the same `$id`.
    yield one('{"a":1}', "is-json", {"$id": "https://example.com/one.json", "type": "object"})
    yield from both(('{"a":0.3}',), "is-json", {"properties": {"a": {"multipleOf": 0.1}}})
    for answer, schema in (
        ("[1,1]", {"uniqueItems": True}),
        ("[1,true]", {"uniqueItems": True}),
        ('[1,"a"]', {"items": [{"type": "number"}, {"type": "string"}]}),
        ('[1,"a",2]', {"items": [{"type": "number"}], "additionalItems": {"type": "number"}}),
        ("[1,2]", {"contains": {"const": 2}}),
        ("[]", {"contains": {}}),
        ('"👍"', {"minLength": 2}),
        ('"👍"', {"pattern": "^.$"}),
        ('"é"', {"pattern": r"^\p{L}$"}),
        ('"a\\n"', {"pattern": "^a$"}),
        ("1.0", {"type": "integer"}),
        ("1e2", {"type": "integer"}),
        ("1.5", {"type": "integer"}),
        ("true", {"type": "integer"}),
        ("true", {"const": 1}),
        ("1", {"const": 1.0}),
        ("null", {"type": "string", "nullable": True}),
        ("null", {"type": "string"}),
        ("5", {"exclusiveMinimum": 5}),
        ("5", {"minimum": 5, "maximum": 5}),
        ("2147483648", {"format": "int32"}),
        ("7", {"format": "date"}),
    ):
        yield from both((answer,), "is-json", schema)
    for name, values in VALUES_OF_FORMATS.items():
        for value in values:
            yield one(json.dumps(value), "is-json", {"type": "string", "format": name})
