"""Hypothesis strategies for values of the core; text is any Unicode that UTF-8 can hold, seeded with tricky cases."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from workbench.core.blocks import Attachment, Example, OutputFormat, Tool, ToolRow
from workbench.core.cases import Case, Check, json_text
from workbench.core.content import KNOWN, ROLES, Content, Message
from workbench.core.drafts import Draft, ValueSet
from workbench.core.lanes import Lane, Params

ODD = (
    "\u00a0",
    "\u2028",
    "\r",
    "\r\n",
    "\0",
    "{{x}}",
    "{#",
    "{%",
    "\\frac{a}{b}",
    "${x}",
    "e\u0301",
    "漢字",
    "😀",
    "\n\n",
)
texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.lists(st.sampled_from(ODD) | st.text("ab c,", max_size=5), max_size=8).map("".join),
)
attachments = st.builds(Attachment, texts, st.sampled_from(["image/png", "text/plain"]), texts)
messages = st.builds(
    Message, st.sampled_from(ROLES), texts, st.lists(attachments, max_size=1).map(tuple), st.booleans()
)
examples = st.builds(Example, texts, texts, st.booleans())
outputs = st.none() | st.builds(OutputFormat, st.sampled_from(["json", "schema"]), texts, texts)
rows = st.lists(st.builds(ToolRow, texts, texts), max_size=2).map(tuple)
tools = st.builds(Tool, texts, texts, texts, texts, rows, st.booleans())
scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(-1e15, 1e15)
json_values = st.recursive(
    scalars | texts, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=8
)
unknown_keys = st.dictionaries(texts.filter(lambda k: k not in KNOWN), json_values, max_size=3)
contents = st.builds(
    Content,
    st.lists(messages, max_size=4).map(tuple),
    st.sampled_from(["plain", "jinja"]),
    examples=st.lists(examples, max_size=2).map(tuple),
    examples_in=st.sampled_from(["messages", "system"]),
    output=outputs,
    tools=st.lists(tools, max_size=2).map(tuple),
    tool_rounds=st.integers(1, 20),
)


def dumped(data: dict[str, Any]) -> str:
    """JSON as lanes store it, "" for an empty object."""
    return json.dumps(data, ensure_ascii=False) if data else ""


objects = st.dictionaries(texts, json_values, max_size=3).map(dumped)
params = st.builds(
    Params,
    temperature=st.none() | st.floats(0, 2),
    top_p=st.none() | st.floats(0, 1),
    max_tokens=st.none() | st.integers(1, 10**6),
    stop=st.lists(texts.filter(bool), max_size=3).map(tuple),
    seed=st.none() | st.integers(-(10**17), 10**17),
    reasoning_effort=st.sampled_from(["", "low", "high"]),
    logprobs=st.none() | st.booleans(),
    extra=objects,
    unknown=st.dictionaries(texts.map("new_{}".format), json_values, max_size=2).map(dumped),
)
lanes = st.builds(
    Lane,
    texts,
    texts,
    texts,
    params,
    st.none() | st.integers(1, 999),
    texts,
    st.integers(1, 20),
    st.booleans(),
    texts,
    st.dictionaries(texts.map("new_{}".format), json_values, max_size=2).map(dumped),
)
named = st.dictionaries(texts, texts, max_size=4).map(lambda d: tuple(d.items()))
sets = st.builds(ValueSet, texts.filter(bool), texts, named, st.booleans())
drafts = st.builds(
    Draft,
    contents,
    named,
    st.lists(lanes, max_size=3, unique_by=lambda lane: lane.slot).map(tuple),
    st.none() | st.integers(1, 999),
    st.lists(sets, max_size=3).map(tuple),
    texts,
)


def _json_object(values: st.SearchStrategy[dict[str, object]]) -> st.SearchStrategy[str]:
    return values.map(lambda data: json_text(data) if data else "")


_known = {"type", "value", "threshold", "weight", "metric", "provider", "rubricPrompt", "transform"}
_known |= {"contextTransform", "config", "assert", "uid", "name", "values", "checks", "metadata"}
_known |= {"expectation", "tags", "cluster", "notes", "held_out"}
_rests = _json_object(st.dictionaries(texts.filter(lambda k: k not in _known), json_values, max_size=2))
_any_json = st.just("") | json_values.map(json_text)
_numbers = st.none() | st.floats(-10, 10) | st.integers(-5, 5).map(float)
_leaves = st.builds(
    Check,
    st.sampled_from(["equals", "contains", "is-json", "llm-rubric", "javascript", "g-eval", "new-one"]),
    st.booleans(),
    _any_json,
    _numbers,
    _numbers,
    texts,
    _any_json,
    _any_json,
    texts,
    texts,
    _any_json,
    rest=_rests,
)
checks = st.recursive(
    _leaves,
    lambda inner: st.builds(
        Check, st.just("assert-set"), checks=st.lists(inner, min_size=1, max_size=2).map(tuple), threshold=_numbers
    ),
    max_leaves=3,
)
_metadata = _json_object(st.dictionaries(texts, json_values, max_size=2))
cases = st.builds(
    Case,
    texts,
    texts,
    named,
    st.lists(checks, max_size=2).map(tuple),
    _numbers,
    _metadata,
    _rests,
    texts,
    st.lists(texts, max_size=3).map(tuple),
    texts,
    texts,
    st.booleans(),
)
