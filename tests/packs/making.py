"""Packs for tests, and a strategy for any pack of the model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

from hypothesis import strategies as st

from tests.core import strategies as make
from workbench.core.blocks import Attachment, Example, OutputFormat, Tool, ToolRow
from workbench.core.cases import Case, Check
from workbench.core.content import Content, Message, content_hash
from workbench.core.lanes import LITELLM, Lane, Params
from workbench.packs.pack_contents import Pack, PackAbout, PackFile, PackPrompt, PackStanding, PackVersion, StandingRow

PICTURE = b"\x89PNG\r\n\x1a\n not much of a picture"
TEXT = "A note\u2028with lines\r\n".encode()
BODIES = {hashlib.sha256(body).hexdigest(): body for body in (PICTURE, TEXT)}
FILES = (
    PackFile(hashlib.sha256(PICTURE).hexdigest(), "image/png", len(PICTURE)),
    PackFile(hashlib.sha256(TEXT).hexdigest(), "text/plain", len(TEXT)),
)
FIRST = Content((Message("user", "You are a bot. Answer: {{question}}"),))
REFINED = Content(
    (
        Message("system", "You are a support bot.\n\nSteps:\n1. Verify {{order}}.\n2. Be brief.\n", cache=True),
        Message("user", "{{question}}", (Attachment(FILES[0].hash, "image/png", "order.png"),)),
    ),
    examples=(Example("Where is 1?", "On its way."), Example("off", "off", enabled=False)),
    output=OutputFormat("schema", '{"type": "object", "properties": {"a": {"type": "string"}}}', "answer"),
    tools=(Tool("look_up", "Looks an order up.", '{"type": "object"}', "none", (ToolRow('{"n": 1}', "late"),)),),
    tool_rounds=3,
)


def version(content: Content, parent: str = "", note: str = "") -> PackVersion:
    return PackVersion(content_hash(content), content, parent, note)


def prompt(*contents: Content, slug: str = "order-bot", **parts: object) -> PackPrompt:
    """Return a prompt that uses its last version."""
    versions: list[PackVersion] = []
    for content in contents:
        versions.append(version(content, versions[-1].hash if versions else ""))
    whole = PackPrompt(f"uid-{slug}", slug.replace("-", " ").title(), slug, versions[-1].hash, tuple(versions))
    return replace(whole, **parts)  # type: ignore[arg-type]


ORDER = prompt(
    FIRST,
    REFINED,
    description="Tells customers where their orders are.",
    lanes=(
        Lane("a", LITELLM, "openai/gpt-5.4-mini", Params(temperature=0.3, max_tokens=120), label="Mini"),
        Lane("b", LITELLM, "anthropic/claude-haiku-4.5", pinned=1),
        Lane("c", "builtin", "SmolLM2-135M-Instruct", hidden=True),
    ),
    values=(("question", "Where is it?"), ("order", "123ABCDEFG")),
    cases=(
        Case(
            "case-1",
            "Late order",
            (("question", "Where?\n"), ("order", "{{question}}")),
            (Check("contains", value='"ETA"'), Check("llm-rubric", True, '"rude"', 0.5, 2.0)),
            0.5,
            '{"source":"mail"}',
        ),
        Case("case-2", "", (("question", "file:///etc/passwd"), ("order", "😀"))),
    ),
    standing=PackStanding(
        12, 4, (StandingRow("v2 · gpt", 8, 2, 1.5, 0.51, 0.7, 0.85),), ("The second is not told apart yet.",)
    ),
)
PACK = Pack(PackAbout("pack-uid", "Order prompts", "What the shop uses.\n", "Apache-2.0", "Ada"), (ORDER,), (FILES[0],))


def one(content: Content, **parts: object) -> Pack:
    """Return a pack with one prompt."""
    return Pack(PackAbout("pack", "One"), (prompt(content, **parts),))


def body_of(bodies: dict[str, bytes]) -> Callable[[str], bytes]:
    return bodies.__getitem__


def _attached(draw: st.DrawFn, content: Content) -> Content:
    """Return the content with attachments of existing files."""
    messages = []
    for message in content.messages:
        files = draw(st.lists(st.sampled_from(FILES), max_size=1))
        attachments = tuple(Attachment(file.hash, file.media_type, draw(make.texts)) for file in files)
        messages.append(replace(message, attachments=attachments))
    return replace(content, messages=tuple(messages))


_extras = st.dictionaries(
    make.texts.filter(lambda key: key not in {"number", *make.KNOWN}),
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(-1e9, 1e9) | make.texts,
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(make.texts, inner, max_size=2),
        max_leaves=4,
    ),
    max_size=2,
)


def _with_extra(content: Content, extra: dict[str, object]) -> Content:
    import rfc8785

    return replace(content, extra=bytes(rfc8785.dumps(extra)).decode()) if extra else content


@st.composite
def pack_prompts(draw: st.DrawFn, slug: str = "any") -> PackPrompt:
    contents = draw(st.lists(make.contents, min_size=1, max_size=3))
    contents = [_with_extra(_attached(draw, content), draw(_extras)) for content in contents]
    versions: dict[str, PackVersion] = {}
    for content in contents:
        hash_ = content_hash(content)
        parent = draw(st.sampled_from(["", *versions]))
        versions.setdefault(hash_, PackVersion(hash_, content, parent, draw(make.texts)))
    lanes = []
    for lane in draw(st.lists(make.lanes, max_size=2)):
        pinned = draw(st.none() | st.integers(1, len(versions)))
        lanes.append(replace(lane, pinned=pinned, baseline="", params=_stable(lane.params)))
    cases: dict[str, Case] = {}
    for case in draw(st.lists(make.cases, max_size=2)):
        cases.setdefault(case.uid, case)
    return PackPrompt(
        draw(make.texts),
        draw(make.texts.filter(bool)),
        slug,
        draw(st.sampled_from(list(versions))),
        tuple(versions.values()),
        draw(make.texts),
        tuple(lanes),
        draw(make.named),
        tuple(cases.values()),
        draw(st.none() | standings),
        tuple(draw(st.lists(make.checks, max_size=2))),
        draw(st.none() | st.floats(0, 10)),
    )


def _stable(params: Params) -> Params:
    """Return the parameters after a round trip through storage."""
    return Params.from_json(json.loads(json.dumps(params.to_json())))


_counts = st.integers(0, 50).map(float) | st.floats(0, 50)
_chances = st.floats(0, 1)
standings = st.builds(
    PackStanding,
    st.integers(0, 99),
    st.integers(0, 99),
    st.lists(
        st.builds(StandingRow, make.texts, _counts, _counts, _counts, _chances, _chances, _chances), max_size=2
    ).map(tuple),
    st.lists(make.texts, max_size=2).map(tuple),
)
abouts = st.builds(PackAbout, make.texts, make.texts, make.texts, make.texts, make.texts)


@st.composite
def packs(draw: st.DrawFn) -> Pack:
    prompts = [draw(pack_prompts(slug)) for slug in draw(st.sampled_from([("a",), ("a", "b-2")]))]
    for number, one_ in enumerate(prompts):
        prompts[number] = replace(one_, uid=f"{number}{one_.uid}")
    hashes = {a.hash for p in prompts for v in p.versions for m in v.content.messages for a in m.attachments}
    return Pack(draw(abouts), tuple(prompts), tuple(file for file in FILES if file.hash in hashes))
