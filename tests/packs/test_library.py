"""`from workbench.packs import load`, the library for programs."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from tests import depth
from tests.core import strategies as make
from tests.corpus import EXACT_TEXTS
from tests.packs.making import BODIES, FILES, FIRST, ORDER, PACK, PICTURE, TEXT, body_of, one
from tests.patience import PROCESS_S
from workbench.core.blocks import Attachment
from workbench.core.cases import Case
from workbench.core.content import Content, Message
from workbench.core.lanes import LITELLM, Lane, Params
from workbench.core.rendered_content import fill_plain
from workbench.core.templates import content_variables
from workbench.core.text import unify_newlines
from workbench.core.value_kinds import Kinds, file_text
from workbench.packs import PackError, load
from workbench.packs.library import VariableError
from workbench.packs.pack_writer import write_archive, write_folder

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(params=["folder", "archive"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    where = tmp_path / "pack"
    (write_folder if request.param == "folder" else write_archive)(where, PACK, body_of(BODIES))
    return where


def test_prompt_renders_to_a_request(path: Path) -> None:
    with load(path) as pack:
        assert list(pack) == ["order-bot"]
        assert (pack.about.name, pack.about.licence) == ("Order prompts", "Apache-2.0")
        prompt = pack["order-bot"]
        assert prompt.name == "Order Bot"
        assert prompt.variables == ("order", "question")
        assert prompt.version == ORDER.main
        request = prompt.render(order="1", question="Where?")
    assert request.messages[0]["content"] == "You are a support bot.\n\nSteps:\n1. Verify 1.\n2. Be brief.\n"
    assert [message["role"] for message in request.messages] == ["system", "user", "assistant", "user"]
    text, picture = request.messages[-1]["content"]
    assert text == {"type": "text", "text": "Where?"}
    assert picture["image_url"]["url"].startswith("data:image/png;base64,")
    assert request.parameters["model"] == "openai/gpt-5.4-mini"
    assert (request.parameters["temperature"], request.parameters["max_tokens"], request.rounds) == (0.3, 120, 3)
    assert request.parameters["tools"][0]["function"]["name"] == "look_up"
    assert request.parameters["response_format"]["json_schema"]["name"] == "answer"
    json.dumps(request.messages)


def test_other_version_and_model_can_be_rendered(path: Path) -> None:
    prompt = load(path)["order-bot"]
    first = prompt.render({"question": "Where?"}, version=prompt.versions[0][:8], model="anthropic/claude-haiku-4.5")
    assert first.messages == [{"role": "user", "content": "You are a bot. Answer: Where?"}]
    assert first.parameters == {"model": "anthropic/claude-haiku-4.5"}
    with pytest.raises(PackError, match="no version begins"):
        prompt.render({"question": ""}, version="zz")


def test_version_of_an_edited_file_is_that_of_its_text(tmp_path: Path) -> None:
    write_folder(tmp_path / "p", PACK, body_of(BODIES))
    file = tmp_path / "p" / ORDER.file
    file.write_text(file.read_text("utf-8").replace("Be brief", "Be kind"), "utf-8")
    prompt = load(tmp_path / "p")["order-bot"]
    asked = prompt.render(order="", question="Q").messages
    assert "Be kind" in asked[0]["content"]
    assert prompt.version not in {one.hash for one in ORDER.versions}
    assert prompt.render(order="", question="Q", version=prompt.version).messages == asked
    assert prompt.versions == (ORDER.versions[0].hash, prompt.version)


def test_file_with_only_github_fields_renders(tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "pack.yaml").write_text("format: 1\nprompts:\n  - slug: hello\n")
    (tmp_path / "prompts" / "hello.prompt.yml").write_text(
        "model: openai/gpt-5\nmodelParameters: {temperature: 0.5, maxTokens: 9, topP: 1}\n"
        "messages:\n  - {role: user, content: 'Hi {{name}}'}\n"
    )
    request = load(tmp_path)["hello"].render(name="Ada")
    assert request.messages == [{"role": "user", "content": "Hi Ada"}]
    assert request.parameters == {"model": "openai/gpt-5", "temperature": 0.5, "max_tokens": 9, "top_p": 1}


def test_missing_unknown_and_invalid_values_are_named(path: Path) -> None:
    prompt = load(path)["order-bot"]
    with pytest.raises(
        VariableError, match="needs order, which has no value, and it does not know ordr and x"
    ) as error:
        prompt.render(ordr="1", x="2", question="?")
    assert (error.value.missing, error.value.unknown) == (("order",), ("ordr", "x"))
    with pytest.raises(VariableError, match="order is not text"):
        prompt.render({"order": 1, "question": ""})
    with pytest.raises(KeyError, match="It has: order-bot"):
        load(path)["other"]


def test_cases_give_json_as_objects_and_render_exactly(tmp_path: Path) -> None:
    order = '{ "id": 7, "price": 1.50 }'
    note, photo = Attachment(FILES[1].hash, "text/plain", "note.txt"), Attachment(FILES[0].hash, "image/png", "o.png")
    values = (("order", order), ("note", file_text(note)), ("photo", file_text(photo)), ("n", "7"), ("q", "Where?"))
    kinds: Kinds = (("order", "json"), ("note", "file"), ("photo", "file"), ("n", "json"))
    case = Case("c", "Late", values, expectation="Soon.", kinds=kinds)
    content = Content((Message("system", "{{order}} {{note}}"), Message("user", "{{q}} {{note}} {{photo}}")))
    for template in ("plain", "jinja"):
        texts = content.messages if template == "plain" else (Message("user", "{{ order.id + n }}{{ photo }}"),)
        pack = replace(one(replace(content, messages=texts, template=template), cases=(case,)), files=FILES)
        write_folder(tmp_path / template, pack, body_of(BODIES))
    prompt = load(tmp_path / "plain")["order-bot"]
    (found,) = prompt.cases
    assert (found.name, found.case.expectation) == ("Late", "Soon.")
    assert found.values == {"order": {"id": 7, "price": 1.5}, "note": note, "photo": photo, "n": 7, "q": "Where?"}
    assert prompt.file(photo) == PICTURE
    system, user = prompt.render(found).messages
    assert system["content"] == '{"id":7,"price":1.50} note.txt'
    words, picture = user["content"]
    assert words["text"] == f'Where? note.txt o.png\n\n<file name="note.txt">\n{TEXT.decode()}\n</file>'
    assert picture["image_url"]["url"].startswith("data:image/png;base64,")
    (system, *_) = prompt.render(found, order=found.values["order"], note="-").messages
    assert system["content"] == '{"id":7,"price":1.5} -'
    jinja_prompt = load(tmp_path / "jinja")["order-bot"]
    for within in (None, 20.0):
        (message,) = jinja_prompt.render(jinja_prompt.cases[0], within=within).messages
        assert message["content"][0]["text"] == "14o.png"
    with pytest.raises(VariableError, match="order is not JSON"):
        prompt.render(found, order={"x": object()})
    with pytest.raises(PackError):
        prompt.file(Attachment("../pack.yaml", "text/plain", "x"))
    write_folder(tmp_path / "none", one(FIRST), body_of({}))
    assert load(tmp_path / "none")["order-bot"].cases == ()


@pytest.mark.parametrize("name", EXACT_TEXTS)
def test_exact_texts_reach_the_request_unchanged(tmp_path: Path, name: str) -> None:
    text = unify_newlines(EXACT_TEXTS[name])
    content = Content((Message("system", text), Message("user", "{{value_}}")))
    write_folder(tmp_path / "pack", one(content), body_of({}))
    prompt = load(tmp_path / "pack")["order-bot"]
    values = dict.fromkeys(prompt.variables, EXACT_TEXTS[name])
    assert [m["content"] for m in prompt.render(values).messages] == [
        message.text for message in fill_plain(content, values).messages
    ]


@depth.examples(40, 1000, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(make.contents.filter(lambda content: content.template == "plain"), st.data())
def test_rendered_messages_equal_those_of_a_lane(tmp_path: Path, content: Content, data: st.DataObject) -> None:
    bare = Content(tuple(Message(m.role, m.text) for m in content.messages), examples=content.examples)
    values = {name: data.draw(make.texts) for name in content_variables(bare)}
    sent = fill_plain(bare, values).messages
    write_folder(tmp_path / "pack", one(bare), body_of({}))
    prompt = load(tmp_path / "pack")["order-bot"]
    if sent:
        assert prompt.render(values).messages == [{"role": m.role, "content": m.text} for m in sent]
    else:
        with pytest.raises(PackError, match="empty"):
            prompt.render(values)


def jinja(tmp_path: Path, text: str) -> Path:
    write_folder(tmp_path / "jinja", one(Content((Message("user", text),), "jinja")), body_of({}))
    return tmp_path / "jinja"


def test_jinja_renders_in_the_sandbox(tmp_path: Path) -> None:
    prompt = load(jinja(tmp_path, "{% for word in name.split() %}{{ word|upper }}\r{% endfor %}\n"))["order-bot"]
    assert prompt.render(name="a b").messages == [{"role": "user", "content": "A\rB\r\n"}]
    assert prompt.render(name="a b", within=20).messages == [{"role": "user", "content": "A\rB\r\n"}]
    with pytest.raises(PackError, match="'name' is undefined"):
        prompt.render()
    with pytest.raises(VariableError, match="does not know other"):
        prompt.render(name="", other="")


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ self._TemplateReference__context.environment.loader }}{{ self.__init__.__globals__ }}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}{{ os.getcwd() }}",
        "{{ ''|attr('__class__')|attr('__mro__') }}",
        "{{ '{0.__class__.__init__}'.format(range) }}",
    ],
)
@pytest.mark.parametrize("within", [None, 20.0])
def test_templates_that_try_to_escape_the_sandbox_are_refused(tmp_path: Path, text: str, within: float | None) -> None:
    with pytest.raises(PackError, match=r"^Line 1 of message 1"):
        load(jinja(tmp_path, text))["order-bot"].render(within=within)


@pytest.mark.parametrize(
    "text",
    [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{{ 'a' * 2000000000 }}",
        pytest.param("{{ 'a'|center(9999999999) }}", marks=pytest.mark.deep(only=True)),
        "{{ (10 ** 1000000) ** 10000 }}",
    ],
)
def test_endless_templates_are_stopped_at_the_time_limit(tmp_path: Path, text: str) -> None:
    prompt = load(jinja(tmp_path, text))["order-bot"]
    with pytest.raises(PackError, match=r"template did not finish|more memory or time|becomes too long|MemoryError"):
        prompt.render(within=1.0)


def test_parameters_apply_only_to_the_model_of_the_lane(tmp_path: Path) -> None:
    lane = Lane("a", LITELLM, "gpt-5", Params(stop=("END",), extra='{"verbosity": "low"}'))
    write_folder(tmp_path / "p", one(FIRST, lanes=(lane,)), body_of({}))
    prompt = load(tmp_path / "p")["order-bot"]
    assert prompt.render(question="").parameters == {"model": "gpt-5", "stop": ["END"], "verbosity": "low"}
    assert prompt.render(question="", model="mine").parameters == {"model": "mine"}
    assert prompt.models == ("gpt-5",)


@pytest.mark.parametrize("where", ["extra", "unknown"])
def test_pack_cannot_set_address_headers_model_or_messages(tmp_path: Path, where: str) -> None:
    """LiteLLM would send the key of the program to that address."""
    extra = {
        "api_base": "https://evil.example",
        "model": "other",
        "messages": [],
        "extra_headers": {},
        "verbosity": "low",
    }
    lane = Lane("a", LITELLM, "gpt-5", Params(temperature=0.5, **{where: json.dumps(extra)}))
    write_folder(tmp_path / "p", one(FIRST, lanes=(lane,)), body_of({}))
    request = load(tmp_path / "p")["order-bot"].render(question="")
    assert request.parameters == {"model": "gpt-5", "temperature": 0.5, "verbosity": "low"}
    assert request.refused == ("api_base", "model", "messages", "extra_headers")


def test_changed_attachment_is_refused(tmp_path: Path) -> None:
    write_folder(tmp_path / "p", PACK, body_of(BODIES))
    (file,) = (tmp_path / "p" / "attachments").iterdir()
    assert file.read_bytes() == PICTURE
    file.write_bytes(b"other")
    with pytest.raises(PackError, match=r"order\.png is not the file"):
        load(tmp_path / "p")["order-bot"].render(order="", question="")


@pytest.mark.parametrize("template", ["plain", "jinja"])
def test_loading_a_pack_imports_no_heavy_packages(tmp_path: Path, template: str) -> None:
    content = Content((Message("user", "Hi {{name}}"),), template)  # type: ignore[arg-type]
    write_archive(tmp_path / "p", one(content), body_of({}))
    code = (
        "import sys; from workbench.packs import load; "
        f"print(load({str(tmp_path / 'p')!r})['order-bot'].render(name='Ada').messages[0]['content']); "
        "print(sorted({m.partition('.')[0] for m in sys.modules} & set("
        "'PySide6 sqlite3 sqlite_utils litellm httpx keyring jsonschema rfc8785 numpy jinja2'.split())))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=PROCESS_S)
    assert (done.stdout, done.stderr) == (f"Hi Ada\n{['jinja2'] if template == 'jinja' else []}\n", "")


@pytest.mark.parametrize("what", ["nothing", "file", "folder"])
def test_path_that_is_no_pack_is_refused(tmp_path: Path, what: str) -> None:
    where = tmp_path / "it"
    if what == "file":
        where.write_text("hello")
    elif what == "folder":
        where.mkdir()
    with pytest.raises(PackError, match=r"\.$"):
        load(where)
