"""The sample with a tool and attached files, from draft to stored rows, with a provider that calls the tool."""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.provider import SSE, FakeProvider, Reply, Request, Send, chunk, event, stream, usual
from tests.usecases.making import PATIENCE_S, Heard, cloud, draft, echo, new_prompt, opened
from workbench.core.blocks import Attachment
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.lanes import BUILTIN, Lane
from workbench.usecases.endpoints import EndpointForm
from workbench.usecases.prompts import TOOL_SAMPLE
from workbench.usecases.run_plan import check
from workbench.usecases.sample_prompts import ORDER_TOOLS, load_sample
from workbench.usecases.workbench import Workbench

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with FakeProvider() as provider:
        yield provider


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[tuple[Workbench, Heard]]:
    with opened(tmp_path, None, {"XDG_CACHE_HOME": str(tmp_path / "cache")}) as made:
        yield made


def lane_at(workbench: Workbench, fake: FakeProvider) -> Lane:
    saved = workbench.endpoints.save(EndpointForm("Mine", fake.base_url), session_only=True)
    saved.done.result(PATIENCE_S)
    return Lane("z", saved.endpoint.uid, "fake-1")


def bot(request: Request) -> Reply:
    """A model that looks up an order, and then repeats the result."""
    if request.method == "GET":
        return usual(request)
    messages = request.body["messages"]
    if messages[-1]["role"] == "tool":
        return stream(f"I looked: {messages[-1]['content']}")
    number = messages[-1]["content"].split()[-1].strip("?")
    arguments = json.dumps({"order_number": number})
    pieces = [{"index": 0, "id": "c1", "function": {"name": "lookup_order", "arguments": arguments[:9]}}]
    pieces.append({"index": 0, "function": {"arguments": arguments[9:]}})
    sent = [Send(chunk({"tool_calls": [piece]})) for piece in pieces]
    return Reply((*sent, Send(chunk({}, finish="tool_calls")), Send(event("[DONE]"))), headers=SSE)


def test_sample_states_the_need_for_a_model_with_tools() -> None:
    sample = load_sample(ORDER_TOOLS)
    assert "needs a model with tools" in sample.name
    assert "calls none" in sample.versions[0].note
    (tool,) = sample.draft.content.tools
    assert (tool.name, len(tool.rows), bool(tool.answer)) == ("lookup_order", 3, True)
    assert [json.loads(row.answer)["status"] for row in tool.rows] == ["in transit", "delivered", "preparing"]
    assert sample.versions[0].content == sample.draft.content
    assert sample.draft.lanes[0].endpoint == BUILTIN
    assert check(sample.draft) is None


@pytest.mark.parametrize(
    ("number", "words"), [("123ABCDEFG", "in transit"), ("77AB12CD90", "delivered"), ("0000000000", "no order")]
)
def test_sample_runs_with_a_model_that_calls_its_tool(
    bench: tuple[Workbench, Heard], fake: FakeProvider, number: str, words: str
) -> None:
    workbench, _ = bench
    fake.answer = bot
    prompt = workbench.store.get_meta(TOOL_SAMPLE)
    assert prompt is not None
    sample = workbench.prompts.draft(prompt)
    assert sample is not None
    question = (("question", f"Where is my order {number}?"),)
    asked = replace(sample, values=question, lanes=(lane_at(workbench, fake),))
    handle = workbench.runner.start_iteration(prompt, asked, based_on=sample.based_on)
    assert handle.wait(PATIENCE_S)
    (record,) = workbench.history.detail(handle.run_uid).outputs
    result = record.result
    assert [step.kind for step in result.steps] == ["tool_call", "tool_result", "text"]
    assert json.loads(result.steps[0].text) == {"order_number": number}
    assert words in result.text
    assert next(r for r in fake.requests if r.body).body["tools"][0]["function"]["name"] == "lookup_order"
    other = sqlite3.connect(workbench.store.path)
    kinds = other.execute("SELECT kind FROM steps ORDER BY seq").fetchall()
    other.close()
    assert kinds == [("tool_call",), ("tool_result",), ("text",)]


def test_attachments_are_sent_and_recorded_by_hash(
    bench: tuple[Workbench, Heard], fake: FakeProvider, tmp_path: Path
) -> None:
    workbench, _ = bench
    name = workbench.store.add_blob(PNG, "image/png").result(PATIENCE_S)
    content = Content((Message("user", "Look", (Attachment(name, "image/png", "photo.png"),)),))
    lanes = (lane_at(workbench, fake), Lane("b", BUILTIN, "SmolLM2"), echo("c"))
    handle = workbench.runner.start_iteration(new_prompt(workbench), Draft(content, (), lanes), based_on=None)
    assert handle.wait(PATIENCE_S)
    seen, blind, echoed = (o.result for o in workbench.history.detail(handle.run_uid).outputs)
    assert (seen.state, echoed.text) == ("finished", "Look")
    assert blind.failure is not None
    assert (blind.failure.code, blind.request) == ("no_vision", None)
    url = next(r for r in fake.requests if r.body).body["messages"][0]["content"][1]["image_url"]["url"]
    assert base64.b64decode(url.partition(",")[2]) == PNG
    assert f"sha256:{name}" in json.dumps(seen.request)
    written = list((tmp_path / "cache").rglob(name))
    assert [path.stat().st_mode & 0o777 for path in written] == [0o600]
    workbench.close()
    assert list((tmp_path / "cache").rglob(name)) == []


def test_missing_or_unsupported_attachment_fails_without_a_request(
    bench: tuple[Workbench, Heard], fake: FakeProvider
) -> None:
    workbench, _ = bench
    lane = lane_at(workbench, fake)
    prompt = new_prompt(workbench)
    bitmap = workbench.store.add_blob(b"BM", "image/bmp").result(PATIENCE_S)
    for attachment in (Attachment("0" * 64, "text/plain", "gone.txt"), Attachment(bitmap, "image/bmp", "old.bmp")):
        content = Content((Message("user", "Look", (attachment,)),))
        handle = workbench.runner.start_iteration(prompt, Draft(content, (), (lane,)), based_on=None)
        assert handle.wait(PATIENCE_S)
        failure = handle.transcripts[0].snapshot().result.failure  # type: ignore[union-attr]
        assert failure is not None
        assert failure.code == "bad_file"
    assert fake.requests == []


def test_cached_files_of_a_crashed_session_are_removed(tmp_path: Path) -> None:
    environment = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    with opened(tmp_path, {}, environment) as (workbench, _):
        name = workbench.store.add_blob(PNG, "image/png").result(PATIENCE_S)
        (path,) = workbench._files.paths([Attachment(name, "image/png", "a.png")])
        left = Path(path[1]).parent.parent / "of-the-dead" / name
        left.parent.mkdir()
        left.write_bytes(PNG)
    with opened(tmp_path, {}, environment):
        assert not left.parent.exists()


def test_model_without_vision_fails_when_given_a_picture(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        model = next(m.id for m in workbench.catalogue.get().models if "vision" in m.lacks)
        name = workbench.store.add_blob(PNG, "image/png").result(PATIENCE_S)
        content = Content((Message("user", "Look", (Attachment(name, "image/png", "photo.png"),)),))
        asked = replace(draft(cloud(model)), content=content)
        handle = workbench.runner.start_iteration(new_prompt(workbench), asked, based_on=None)
        assert handle.wait(PATIENCE_S)
        failure = handle.transcripts[0].snapshot().result.failure  # type: ignore[union-attr]
        assert failure is not None
        assert failure.code == "no_vision"
