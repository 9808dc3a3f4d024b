"""Content: its permanent hash, its stored form, and what is refused."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given

from tests.core import strategies as make
from workbench.core.blocks import Attachment, Example, OutputFormat, Tool, ToolRow
from workbench.core.content import Content, ContentError, Message, canonical, content_hash, from_json, to_json

HI = Content((Message("user", "Hi"),))
ODD = Content(
    (
        Message("system", 'Café cafe\u0301\u00a0\u2028{# \\frac{a}{b} #}\r\n\t\0"😀'),
        Message("user", "{{question}}\n\n"),
        Message("assistant", ""),
    ),
    "jinja",
)
NEWER = Content((Message("user", "Hi"),), extra='{"later":[{"in":"a","out":1.5}],"more":{},"😀":1,"～":2}')

FULL = Content(
    (Message("user", "Hi", (Attachment("ab" * 32, "image/png", "ü.png"),), cache=True),),
    examples=(Example("a", "b"), Example("{{x}}", "", enabled=False)),
    examples_in="system",
    output=OutputFormat("schema", '{ "type": "object" }', "order"),
    tools=(Tool("look", "Looks.", "{}", "none", (ToolRow('{"a": 1}', "yes"),), enabled=False), Tool("now")),
    tool_rounds=3,
)
ANY_JSON = Content(HI.messages, output=OutputFormat("json"))

# The hashes are sha256 over these bytes, which were written by hand. They may never change.
GOLDEN = [
    (Content(), '{"format":1}', "3f0a99256beeb89a6b9f2793885291a6454928fd74903159ab2e51452b13df6f"),
    (
        HI,
        '{"format":1,"messages":[{"role":"user","text":"Hi"}]}',
        "b61258dc09e8ea87a3c013bdbba84d3fcf5c9f831a2f01e5a523a650c41eb89e",
    ),
    (
        ODD,
        '{"format":1,"messages":[{"role":"system","text":"Café cafe\u0301\u00a0\u2028{# '
        '\\\\frac{a}{b} #}\\r\\n\\t\\u0000\\"😀"},'
        '{"role":"user","text":"{{question}}\\n\\n"},{"role":"assistant","text":""}],"template":"jinja"}',
        "7bef5fc3c63daf00304085d36cc9bd45a3c89930e32e7ae656b9d3731f05ba0a",
    ),
    (
        NEWER,
        # Keys are sorted by UTF-16 code units: the emoji's surrogates come before the full-width tilde.
        '{"format":1,"later":[{"in":"a","out":1.5}],"messages":[{"role":"user","text":"Hi"}],"more":{},"😀":1,"～":2}',
        "8bd3492aa8a448d97cb7f80319b35ae4a269f20707f5e8b19bb0b14fb7028e43",
    ),
    (
        FULL,
        '{"examples":[{"assistant":"b","user":"a"},{"assistant":"","off":true,"user":"{{x}}"}],"examples_in":'
        '"system","format":1,"messages":[{"attachments":[{"hash":"abababababababababababababababababababababa'
        'babababababababababab","media_type":"image/png","name":"ü.png"}],"cache":true,"role":"user","text":"'
        'Hi"}],"output":{"kind":"schema","name":"order","schema":"{ \\"type\\": \\"object\\" }"},"tool_rounds":3,'
        '"tools":[{"answer":"none","description":"Looks.","name":"look","off":true,"parameters":"{}","rows":['
        '{"answer":"yes","arguments":"{\\"a\\": 1}"}]},{"name":"now"}]}',
        "e0a2126b1a3981a2a468caf1bbb3bfd2caa747f24c691b889dfb29d041469f96",
    ),
    (
        ANY_JSON,
        '{"format":1,"messages":[{"role":"user","text":"Hi"}],"output":{"kind":"json"}}',
        "33219ba555251da6adcb92b7abd48eabc645cdd42a4032649b138580665b6c3a",
    ),
]


@pytest.mark.parametrize(("content", "text", "digest"), GOLDEN)
def test_hashes_match_the_golden_values(content: Content, text: str, digest: str) -> None:
    assert canonical(content) == text.encode()
    assert content_hash(content) == digest
    assert from_json(json.loads(text)) == content


@given(make.contents)
def test_content_round_trips_through_its_stored_form(content: Content) -> None:
    assert from_json(json.loads(json.dumps(to_json(content)))) == content
    assert from_json(json.loads(canonical(content))) == content
    assert content_hash(content) == hashlib.sha256(canonical(content)).hexdigest()


EVERY_SIGN = "".join(map(chr, (*range(0xD800), *range(0xE000, 0x11000))))


@given(make.contents)
@example(Content((Message("user", EVERY_SIGN),), tools=(Tool(EVERY_SIGN, EVERY_SIGN),)))
def test_canonical_form_matches_rfc_8785(content: Content) -> None:
    assert canonical(content) == rfc8785.dumps(to_json(content))


@given(make.contents, make.contents)
def test_hashes_are_equal_only_for_equal_content(one: Content, other: Content) -> None:
    assert (content_hash(one) == content_hash(other)) == (one == other)


@given(make.contents, make.unknown_keys)
def test_keys_of_a_newer_release_are_kept_and_hashed(content: Content, unknown: dict[str, Any]) -> None:
    stored = {**to_json(content), **unknown}
    read = from_json(stored)
    assert to_json(read) == stored
    assert from_json(json.loads(canonical(read))) == read
    assert (content_hash(read) == content_hash(content)) == (not unknown)


def test_default_values_are_not_stored() -> None:
    assert to_json(Content()) == {"format": 1}
    assert to_json(HI) == {"format": 1, "messages": [{"role": "user", "text": "Hi"}]}
    assert to_json(Content(template="jinja")) == {"format": 1, "template": "jinja"}


def test_known_keys_override_extra_keys_of_the_same_name() -> None:
    assert to_json(Content(HI.messages, extra='{"format":2,"messages":[],"more":1}')) == {**to_json(HI), "more": 1}


def test_text_is_not_normalised() -> None:
    composed, decomposed = Content((Message("user", "é"),)), Content((Message("user", "e\u0301"),))
    assert content_hash(composed) != content_hash(decomposed)


def test_role_template_and_order_are_part_of_the_hash() -> None:
    a, b = Message("user", "a"), Message("system", "a")
    hashes = {
        content_hash(c)
        for c in (Content((a,)), Content((b,)), Content((a, b)), Content((b, a)), Content((a,), "jinja"))
    }
    assert len(hashes) == 5


@pytest.mark.parametrize(
    ("content", "empty"),
    [
        (Content(), True),
        (Content((Message("user", ""), Message("system", ""))), True),
        (Content((Message("user", ""), Message("user", " "))), False),
        (NEWER, False),
        (Content(extra='{"tools":[1]}'), False),
    ],
)
def test_content_without_text_or_extra_keys_is_empty(content: Content, empty: bool) -> None:
    assert content.is_empty is empty


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ([], "not an object"),
        (None, "not an object"),
        ({}, "format None; this release reads format 1"),
        ({"format": 2}, "format 2; this release"),
        ({"format": True}, "format True"),
        ({"format": 1.0}, "format 1.0"),
        ({"format": "1"}, "format '1'"),
        ({"format": 1, "messages": {}}, "messages of this prompt are not a list"),
        ({"format": 1, "messages": None}, "not a list"),
        ({"format": 1, "messages": ["Hi"]}, "Message 1 needs a role (one of system, user, assistant) and a text"),
        ({"format": 1, "messages": [{"role": "user", "text": ""}, {"role": "tool", "text": ""}]}, "Message 2 needs"),
        ({"format": 1, "messages": [{"role": ["user"], "text": ""}]}, "Message 1 needs"),
        ({"format": 1, "messages": [{"role": "user"}]}, "Message 1 needs"),
        ({"format": 1, "messages": [{"role": "user", "text": b"x"}]}, "Message 1 needs"),
        ({"format": 1, "messages": [{"role": "user", "text": "", "files": [1]}]}, "Message 1 has 'files'"),
        ({"format": 1, "template": "mustache"}, "plain or jinja, not 'mustache'"),
        ({"format": 1, "template": None}, "plain or jinja, not None"),
        ({"format": 1, "template": []}, "plain or jinja, not []"),
        ({"format": 1, "seed": 2**60}, "under 'seed' cannot be kept"),
        ({"format": 1, "seed": float("nan")}, "under 'seed' cannot be kept"),
        ({"format": 1, "seed": 1e17}, "under 'seed' cannot be kept"),
        ({"format": 1, "\ud800": 1, "a": 2}, "under '\\ud800', 'a' cannot be kept"),
    ],
)
def test_invalid_shapes_are_refused_with_a_sentence(data: Any, words: str) -> None:
    with pytest.raises(ContentError) as caught:
        from_json(data)
    assert words in str(caught.value)
    assert str(caught.value).endswith(".")


@given(make.json_values)
def test_any_json_is_read_or_refused(data: Any) -> None:
    try:
        content = from_json(data)
    except ContentError:
        return
    assert from_json(to_json(content)) == content


def test_lone_surrogate_is_stored_but_not_hashed() -> None:
    # A draft may contain it until it is repaired.
    broken = Content((Message("user", "fine"), Message("user", "x\udfff")))
    assert from_json(json.loads(json.dumps(to_json(broken)))) == broken
    with pytest.raises(ContentError, match=r"text of message 2 has half a character \(at 1\)"):
        content_hash(broken)
