"""Attached files over the real pipe: the provider gets the bytes, the record the hashes."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest

from tests.engine.listening import ECHO, Engine, address
from tests.fakes.provider import FakeProvider, error, status
from workbench.core.blocks import Attachment
from workbench.core.content import Message
from workbench.core.lanes import Endpoint
from workbench.core.runs import Result
from workbench.engine.child import request_files

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
TEXT = "Größe: 7\nGewicht: 9 kg, mit viel Text dazu, damit man ihn findet\n"


@pytest.fixture
def engine(shared_engine: Engine) -> Engine:
    return shared_engine


def attach(folder: Path, body: bytes, media_type: str, name: str) -> tuple[Attachment, tuple[str, str]]:
    digest = hashlib.sha256(body).hexdigest()
    (folder / digest).write_bytes(body)
    return Attachment(digest, media_type, name), (digest, str(folder / digest))


def code(result: Result) -> str:
    return result.failure.code if result.failure else ""


def test_images_and_texts_are_sent_and_recorded_by_hash(engine: Engine, fake: FakeProvider, tmp_path: Path) -> None:
    image, image_path = attach(tmp_path, PNG, "image/png", "photo.png")
    text, text_path = attach(tmp_path, TEXT.encode(), "text/plain", "sizes.txt")
    messages = [Message("system", "Be."), Message("user", "Look:", (image, text))]
    result = engine.ask(address(fake.base_url), messages, files=(image_path, text_path))
    assert result.state == "finished"
    system, user = fake.requests[0].body["messages"]
    assert system["content"] == "Be."
    words, picture = user["content"]
    assert words == {"type": "text", "text": f'Look:\n\n<file name="sizes.txt">\n{TEXT}\n</file>'}
    assert picture["image_url"]["url"] == "data:image/png;base64," + base64.b64encode(PNG).decode()
    recorded = json.dumps(result.request)
    assert f"data:image/png;base64,sha256:{image.hash}" in recorded
    assert f"sha256:{text.hash}" in recorded
    assert "Gewicht" not in recorded


def test_messages_with_text_files_only_stay_plain_text(engine: Engine, fake: FakeProvider, tmp_path: Path) -> None:
    text, path = attach(tmp_path, b"\xef\xbb\xbfab", "text/plain", "a.txt")
    assert engine.ask(address(fake.base_url), [Message("user", "", (text,))], files=(path,)).state == "finished"
    assert fake.requests[0].body["messages"][0]["content"] == '<file name="a.txt">\nab\n</file>'


def test_changed_missing_and_binary_files_are_not_sent(engine: Engine, fake: FakeProvider, tmp_path: Path) -> None:
    text, path = attach(tmp_path, b"abc", "text/plain", "a.txt")
    Path(path[1]).write_bytes(b"abd")
    changed = engine.ask(address(fake.base_url), [Message("user", "x", (text,))], files=(path,))
    missing = engine.ask(address(fake.base_url), [Message("user", "x", (text,))], files=((text.hash, "/none"),))
    binary, binary_path = attach(tmp_path, b"\xff\xfe\x00", "text/plain", "b.txt")
    no_text = engine.ask(address(fake.base_url), [Message("user", "x", (binary,))], files=(binary_path,))
    assert [code(r) for r in (changed, missing, no_text)] == ["bad_file"] * 3
    assert no_text.failure is not None
    assert "b.txt is not UTF-8 text" in no_text.failure.sentence
    assert fake.requests == []


def test_files_have_a_total_size_limit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from workbench.engine.calls import Call
    from workbench.engine.child.failures import CallError

    monkeypatch.setattr(request_files, "MOST_BYTES", 4)
    one, one_path = attach(tmp_path, b"abc", "text/plain", "a.txt")
    two, two_path = attach(tmp_path, b"xyz", "text/plain", "b.txt")
    call = Call("c", ECHO, "m", (Message("user", "", (one, one)),), files=(one_path, two_path))
    assert request_files.RequestFiles(call).body(one) == "abc"
    with pytest.raises(CallError, match="together"):
        request_files.RequestFiles(Call("c", ECHO, "m", (Message("user", "", (one, two)),), files=(one_path, two_path)))


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (400, "This model does not support image input"),
        (404, "No endpoints found that support image input"),
        (500, "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj"),
        (400, "messages[0]: unknown variant `image_url`, expected `text`"),
    ],
)
def test_image_refusals_are_reported_as_no_vision(
    engine: Engine, fake: FakeProvider, tmp_path: Path, number: int, words: str
) -> None:
    image, path = attach(tmp_path, PNG, "image/png", "photo.png")
    fake.script(status(number, error(words)))
    result = engine.ask(address(fake.base_url), [Message("user", "x", (image,))], files=(path,))
    assert code(result) == "no_vision"


def test_echo_needs_no_attached_file(engine: Engine) -> None:
    image = Attachment("0" * 64, "image/png", "photo.png")
    result = engine.ask(ECHO, [Message("user", "Look", (image,))])
    assert (result.text, result.state) == ("Look", "finished")
    assert "sha256:0000" in json.dumps(result.request)


def test_litellm_sends_files_and_records_them_by_hash(translating: Engine, fake: FakeProvider, tmp_path: Path) -> None:
    image, image_path = attach(tmp_path, PNG, "image/png", "photo.png")
    text, text_path = attach(tmp_path, TEXT.encode(), "text/plain", "sizes.txt")
    result = translating.ask(
        Endpoint("litellm", "litellm", "LiteLLM", fake.url),
        [Message("user", "Look:", (image, text), cache=True)],
        model="anthropic/claude-sonnet-4-5",
        key="k-0123456789",
        files=(image_path, text_path),
    )
    assert result.state == "finished", result
    words, picture = fake.requests[0].body["messages"][0]["content"]
    assert TEXT in words["text"]
    assert picture["source"] == {
        "type": "base64",
        "media_type": "image/png",
        "data": base64.b64encode(PNG).decode(),
    }
    assert picture["cache_control"] == {"type": "ephemeral"}
    recorded = json.dumps(result.request, ensure_ascii=False)
    assert f"sha256:{image.hash}" in recorded
    assert f"sha256:{text.hash}" in recorded
    assert base64.b64encode(PNG).decode() not in recorded
    assert "Gewicht" not in recorded
