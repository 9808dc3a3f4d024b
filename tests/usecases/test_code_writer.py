"""The code of a lane sends the same request as the lane, whatever it contains."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tests import depth
from tests.corpus import EXACT_TEXTS
from tests.fakes.provider import FakeProvider
from tests.formats.pasting import Interpreter, run
from workbench.core.blocks import Attachment, Example, OutputFormat, Tool, ToolRow
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.lanes import FIXED_ENDPOINTS, Endpoint, Lane, Params
from workbench.core.rendered_content import fill_plain
from workbench.core.runs import VersionRow
from workbench.engine.calls import Call
from workbench.engine.child.request import RequestAdjustments, build
from workbench.engine.child.request_files import RequestFiles
from workbench.formats.imports.prompt_yml import read_prompt_yml
from workbench.usecases.code_writer import CodeWriter
from workbench.usecases.problems import RefusedError

LITELLM = next(e for e in FIXED_ENDPOINTS if e.kind == "litellm")
PICTURE = b"\x89PNG\r\n\x1a\n\0\xff"
ODD = (
    *(
        '"',
        "'",
        "\\",
        "\n",
        "\r",
        "\0",
        "$HOME",
        "${x}",
        "$(false)",
        "`false`",
        "!",
        "#",
        "%s",
        "\\n",
        "\\u0041",
        "&#34;",
    ),
    *(
        "{{a}}",
        "{{ a }}",
        "{{b}}",
        "{{braces}}",
        "{{",
        "}}",
        "{% raw %}",
        "{",
        "BODY\n",
        "\nPROMPT\n",
        "-",
        " ",
        "json",
    ),
    *EXACT_TEXTS.values(),
)
texts = st.lists(st.sampled_from(ODD) | st.text(max_size=8), max_size=6).map("".join)
filled_texts = texts.filter(bool)


@dataclass(frozen=True)
class Question:
    """The input of a lane: its content, values and parameters."""

    content: Content
    values: Mapping[str, str]
    params: Params
    model: str = "m"
    file: str = ""

    @property
    def attachment(self) -> Attachment:
        return Attachment(hashlib.sha256(self.file.encode()).hexdigest(), "text/plain", 'a "b" $x.txt')


PHOTO = Attachment(hashlib.sha256(PICTURE).hexdigest(), "image/png", "it's a $photo.png")


@st.composite
def questions(draw: st.DrawFn) -> Question:
    asked = Question(
        Content(),
        {"a": draw(texts), "b": draw(texts), "braces": draw(texts)},
        Params(
            temperature=draw(st.none() | st.floats(0, 2)),
            max_tokens=draw(st.none() | st.integers(1, 10**6)),
            stop=tuple(draw(st.lists(filled_texts, max_size=2))),
            extra=json.dumps(draw(st.dictionaries(st.sampled_from(["mirostat", "user", "x-odd \"'$"]), texts))),
        ),
        draw(st.sampled_from(["m", "org/m-1.5:free", 'it\'s "m" $HOME'])),
        draw(texts),
    )
    messages = []
    if draw(st.booleans()):
        messages.append(Message("system", draw(texts), cache=draw(st.booleans())))
    for role in draw(st.lists(st.sampled_from(["user", "assistant"]), max_size=3)):
        messages.append(Message(role, draw(texts)))
    attached = draw(st.sampled_from([(), (asked.attachment,), (PHOTO,), (asked.attachment, PHOTO)]))
    messages.append(Message("user", draw(filled_texts), attached))
    pairs = draw(st.lists(st.tuples(texts, texts), max_size=1))
    tool = Tool("look_up", draw(texts), '{"type": "object"}', draw(texts), (ToolRow('{"id": "a"}', draw(texts)),))
    content = Content(
        tuple(messages),
        examples=tuple(Example(*pair) for pair in pairs),
        examples_in=draw(st.sampled_from(["messages", "system"])),
        output=draw(st.sampled_from([None, OutputFormat("json"), OutputFormat("schema", '{"type": "object"}')])),
        tools=draw(st.sampled_from([(), (tool,)])),
    )
    assume(fill_plain(content, asked.values).messages)
    return replace(asked, content=content)


EMPTY = Question(Content(), {}, Params()).attachment
PLAIN = Question(Content((Message("user", "Say {{a}} as JSON"),)), {"a": "x", "b": "", "braces": ""}, Params())


def snippets(asked: Question, endpoint: Endpoint, *, filled: bool) -> dict[str, tuple[str, bool]]:
    def version(prompt: str, number: int) -> VersionRow:
        raise AssertionError("no version is pinned")

    def render(content: Content, values: Mapping[str, str]) -> Future[tuple[str, ...]]:
        raise AssertionError("no template is Jinja")

    bodies = {asked.attachment.hash: asked.file.encode(), PHOTO.hash: PICTURE}
    lane = Lane("a", endpoint.uid, asked.model, asked.params)
    draft = Draft(asked.content, tuple(asked.values.items()), (lane,))
    return CodeWriter(lambda uid: endpoint, version, render, bodies.__getitem__).snippets(
        "p", draft, lane, filled=filled
    )


def sent_by_the_workbench(asked: Question, endpoint: Endpoint, directory: Path) -> dict[str, Any]:
    """Return the request of the lane without the fields that only streams have."""
    rendered = fill_plain(asked.content, asked.values)
    (directory / "text").write_bytes(asked.file.encode())
    paths = ((asked.attachment.hash, str(directory / "text")), (PHOTO.hash, str(directory / PHOTO.name)))
    call = Call(
        "c",
        endpoint,
        asked.model,
        rendered.messages,
        asked.params.request(),
        output=rendered.output,
        tools=rendered.tools,
        files=paths,
        stream=False,
    )
    return build(call, asked.model, RequestAdjustments(), files=RequestFiles(call))[0]


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeProvider]:
    with FakeProvider() as provider:
        yield provider


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pasted")
    (made / PHOTO.name).write_bytes(PICTURE)
    return made


def mine(fake: FakeProvider) -> Endpoint:
    headers = (("X-Odd", 'it\'s "a" $HOME `b` \\'), ("X-Empty", ""))
    return Endpoint("mine", "openai", "Mine", fake.base_url, headers, ("X-Team",), needs_key=True)


def check_headers(headers: Mapping[str, str]) -> None:
    assert headers["authorization"] == "Bearer sk-fake"
    assert (headers["x-odd"], headers["x-empty"], headers["x-team"]) == ('it\'s "a" $HOME `b` \\', "", "blue")


@depth.examples(15, 750)
@given(asked=questions(), filled=st.booleans(), shell=st.sampled_from(["sh", "bash"]))
def test_curl_sends_the_request_of_the_lane(
    fake: FakeProvider, directory: Path, asked: Question, filled: bool, shell: str
) -> None:
    code, fine = snippets(asked, mine(fake), filled=filled)["curl"]
    assert fine, code
    fake.requests.clear()
    run([shell], code, directory)
    (request,) = fake.requests
    assert request.path == "/v1/chat/completions"
    check_headers(request.headers)
    assert request.body == sent_by_the_workbench(asked, mine(fake), directory)


@depth.examples(15, 750)
@given(asked=questions(), filled=st.booleans())
def test_openai_library_sends_the_request_of_the_lane(
    fake: FakeProvider, python: Interpreter, directory: Path, asked: Question, filled: bool
) -> None:
    code, fine = snippets(asked, mine(fake), filled=filled)["OpenAI SDK"]
    assert fine, code
    fake.requests.clear()
    python.run(code, directory)
    (request,) = fake.requests
    check_headers(request.headers)
    assert request.body == sent_by_the_workbench(asked, mine(fake), directory)


@depth.examples(8, 375)
@given(asked=questions(), filled=st.booleans())
def test_litellm_sends_the_request_of_the_lane(
    fake: FakeProvider, python: Interpreter, directory: Path, asked: Question, filled: bool
) -> None:
    asked = replace(asked, params=replace(asked.params, extra=""))
    code, fine = snippets(asked, mine(fake), filled=filled)["LiteLLM"]
    assert fine, code
    fake.requests.clear()
    python.run(code, directory)
    (request,) = fake.requests
    check_headers(request.headers)
    assert request.body == sent_by_the_workbench(asked, mine(fake), directory)


@depth.examples(15, 750)
@given(asked=questions(), filled=st.booleans())
def test_anthropic_library_sends_the_texts_of_the_lane(
    fake: FakeProvider, python: Interpreter, directory: Path, asked: Question, filled: bool
) -> None:
    asked = replace(asked, model="anthropic/claude-x", content=replace(asked.content, output=None))
    code, fine = snippets(asked, LITELLM, filled=filled)["Anthropic SDK"]
    assert fine, code
    fake.requests.clear()
    python.run(code, directory, ANTHROPIC_BASE_URL=fake.url, ANTHROPIC_API_KEY="sk-fake")
    (request,) = fake.requests
    wanted = sent_by_the_workbench(asked, LITELLM, directory)
    system = [(m["role"], m["content"]) for m in wanted["messages"] if m["role"] == "system"]
    others = [(m["role"], m["content"]) for m in wanted["messages"] if m["role"] != "system"]
    assert [("system", part["text"]) for part in request.body.get("system", [])] == system
    assert [(m["role"], in_chat_form(m["content"])) for m in request.body["messages"]] == others
    assert request.body.get("stop_sequences", []) == list(asked.params.get("stop") or ())
    assert request.body.get("temperature") == asked.params.get("temperature")


def in_chat_form(content: Any) -> Any:
    if isinstance(content, str):
        return content
    return [
        part if part["type"] == "text" else {"type": "image_url", "image_url": {"url": data_url(part["source"])}}
        for part in content
    ]


def data_url(source: Mapping[str, str]) -> str:
    return f"data:{source['media_type']};base64,{source['data']}"


@depth.examples(15, 750)
@given(asked=questions(), filled=st.booleans(), shell=st.sampled_from(["sh", "bash"]))
@example(replace(PLAIN, values={"a": "{{b}} {{ a }}", "b": "", "braces": "}}"}), True, "sh")
@example(Question(Content((Message("user", "{{a}}", (EMPTY,)),)), PLAIN.values | {"a": ""}, Params()), False, "sh")
def test_command_sends_the_messages_and_parameters_of_the_lane(
    directory: Path, asked: Question, filled: bool, shell: str
) -> None:
    code, fine = snippets(asked, FIXED_ENDPOINTS[1], filled=filled)["workbench"]
    if not fine:
        assert "\0" in "".join(asked.params.get("stop") or ())
        return
    said = run([shell], "workbench() { printf '%s\\0' \"$@\"; }\n" + code, directory)
    arguments = said.split("\0")
    assert arguments[:2] == ["run", "--prompt"]
    file = read_prompt_yml((directory / arguments[2]).read_bytes(), "lane")
    rendered = fill_plain(file.content, dict(file.values))
    wanted = sent_by_the_workbench(asked, FIXED_ENDPOINTS[1], directory)
    told = [(m["role"], m["content"]) for m in wanted["messages"]]
    assert [(m.role, m.text) for m in rendered.messages] == [
        (role, text if isinstance(text, str) else text[0]["text"]) for role, text in told
    ]
    params = [tuple(value.split("=", 1)) for flag, value in pairwise(arguments) if flag == "--param"]
    expected = [("stop", stop) for stop in asked.params.get("stop") or ()]
    assert [pair for pair in params if pair[0] == "stop"] == expected
    assert {name: json.loads(value) for name, value in params if name not in ("stop", "reasoning_effort")} == {
        name: value for name, value in wanted.items() if name not in ("model", "messages", "stop")
    }


@pytest.mark.parametrize("target", ["OpenAI SDK", "curl"])
def test_very_long_texts_are_sent_completely(
    target: str, fake: FakeProvider, python: Interpreter, directory: Path
) -> None:
    long = "word \"'\\$`\n" * 100_000
    asked = replace(PLAIN, values={**PLAIN.values, "a": long})
    code, _ = snippets(asked, mine(fake), filled=False)[target]
    fake.requests.clear()
    if target == "curl":
        run(["sh"], code, directory)
    else:
        python.run(code, directory)
    assert fake.requests[0].body["messages"][0]["content"] == f"Say {long} as JSON"


def test_value_unfit_for_a_command_line_is_in_the_prompt_file(tmp_path: Path) -> None:
    long = "a\0b" * 100_000
    code, _ = snippets(replace(PLAIN, values={**PLAIN.values, "a": long}), FIXED_ENDPOINTS[1], filled=False)[
        "workbench"
    ]
    run(["sh"], "workbench() { :; }\n" + code, tmp_path)
    file = read_prompt_yml((tmp_path / "lane.prompt.yml").read_bytes(), "lane")
    assert fill_plain(file.content, dict(file.values)).messages[0].text == f"Say {long} as JSON"


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (replace(PLAIN, params=Params(stop=("\0",))), "cannot be part of a command"),
        (replace(PLAIN, params=Params(extra=json.dumps({"user": "x" * 200_000}))), "cannot be part of a command"),
        (replace(PLAIN, params=Params(extra='{"a=b": 1}')), "no parameter named 'a=b'"),
        (replace(PLAIN, values={**PLAIN.values, "a": "x" * 4 * 2**20}), "longer than the command's file"),
    ],
)
def test_unsupported_input_of_the_command_is_reported(asked: Question, words: str) -> None:
    said, fine = snippets(asked, FIXED_ENDPOINTS[1], filled=True)["workbench"]
    assert not fine
    assert words in said


@pytest.mark.parametrize("extra", ['{"a": NaN}', '{"a": 1e999}', "[1]", "{"])
def test_invalid_extra_parameters_are_refused(extra: str) -> None:
    with pytest.raises(RefusedError, match="parameters of this lane"):
        snippets(replace(PLAIN, params=Params(extra=extra)), LITELLM, filled=True)


def test_curl_does_not_expand_brackets_in_an_address(fake: FakeProvider, directory: Path) -> None:
    endpoint = replace(mine(fake), base_url=f"{fake.url}/[1-2]/{{a,b}}")
    code, _ = snippets(PLAIN, endpoint, filled=True)["curl"]
    fake.requests.clear()
    run(["sh"], code.replace(" -sS", " -sS -o /dev/null"), directory)
    assert [request.path for request in fake.requests] == ["/[1-2]/{a,b}/chat/completions"]


JSON_ASKED = replace(PLAIN, content=Content((Message("user", "Go"),), output=OutputFormat("json")))


@pytest.mark.parametrize(("model", "form"), [("anthropic/claude-x", False), ("gemini/x", True)])
def test_json_is_requested_in_words_and_by_format_if_supported(model: str, form: bool) -> None:
    found = snippets(replace(JSON_ASKED, model=model), LITELLM, filled=True)
    assert "Answer with one JSON value" in found["LiteLLM"][0]
    assert ("response_format" in found["LiteLLM"][0]) is form


@pytest.mark.parametrize(
    "content",
    [
        Content(PLAIN.content.messages, examples=(Example("", "{{b}}"),), examples_in="system"),
        Content((Message("system", "{{b}}"), Message("user", "Say {{a}}")), output=OutputFormat("json")),
    ],
)
def test_values_are_filled_in_where_variables_would_change_the_messages(
    content: Content, fake: FakeProvider, python: Interpreter, directory: Path
) -> None:
    asked = replace(PLAIN, content=content)
    code, _ = snippets(asked, mine(fake), filled=False)["OpenAI SDK"]
    assert code.startswith("# The values are already in the texts")
    fake.requests.clear()
    python.run(code, directory)
    assert fake.requests[0].body == sent_by_the_workbench(asked, mine(fake), directory)


def test_cache_breakpoints_are_in_the_code_for_models_that_take_them() -> None:
    cached = replace(PLAIN, content=Content((Message("system", "Long.", cache=True), Message("user", "Hi"))))
    for model, has in [("bedrock/anthropic.claude-x", True), ("anthropic/claude-x", True), ("gemini/x", False)]:
        found = snippets(replace(cached, model=model), LITELLM, filled=True)
        assert ("cache_control" in found["LiteLLM"][0]) is has
        assert ("breakpoints are not in this code" in found["workbench"][0]) is has
    asked = replace(cached, model="anthropic/claude-x", content=replace(cached.content, tools=(Tool("now"),)))
    assert "cache_control" in snippets(asked, LITELLM, filled=True)["Anthropic SDK"][0]
