"""Rendering of templates in child processes, which are killed when they take too long."""

from __future__ import annotations

import os
import signal

import pytest

from tests.engine.listening import Engine, descendants, eventually, running
from workbench.core.content import Content, Message
from workbench.core.runs import Failure
from workbench.engine.calls import EngineError
from workbench.packs.jinja import render


def jinja(*texts: str) -> Content:
    return Content(tuple(Message("user", text) for text in texts), "jinja")


def failure(engine: Engine, text: str) -> Failure:
    with pytest.raises(EngineError) as caught:
        engine.client.render(jinja(text), {"name": "Ada"}).result(30)
    return caught.value.failure


def test_rendering_keeps_line_endings_and_spaces() -> None:
    text = "{{ name }}\r lone CR\n\u00a0{% raw %}{{ x }}{% endraw %}\n\n"
    rendered = render([("message 1 (user)", text)], {"name": "A\r\nB"})
    assert rendered[0] == "A\r\nB\r lone CR\n\u00a0{{ x }}\n\n"


def test_templates_render_and_errors_name_their_line(engine: Engine) -> None:
    content = jinja("{% for n in name %}{{ n }}.{% endfor %}\n", "{% if false %}x{% endif %}")
    assert engine.client.render(content, {"name": "Ada"}).result(30) == ("A.d.a.\n", "")
    for text, line, word in [
        ("a\n{{ missing }}", "Line 2", "missing"),
        ("a\nb\n{% for %}", "Line 3", "Expected"),
        ("{{ name.__class__.__mro__ }}", "Line 1", "unsafe"),
        ("{% include 'x' %}", "Line 1", "loader"),
        ("\n\n{{ 1 / 0 }}", "Line 3", "ZeroDivision"),
    ]:
        found = failure(engine, text)
        assert found.code == "template_error"
        assert line in found.sentence
        assert word in found.sentence
    with pytest.raises(EngineError) as caught:
        engine.client.render(Content((Message("system", "ok"), Message("user", "{{ x }}")), "jinja"), {}).result(30)
    assert "message 2 (user)" in caught.value.failure.sentence


def test_hostile_templates_are_killed_and_the_next_one_renders(engine: Engine) -> None:
    # The last one computes in a single step, which only killing the process can stop.
    for text in (
        "{{ 'a' * 2000000000 }}",
        "{{ 'a' * 100000000 }}",
        "{{ (10 ** 9) ** (10 ** 8) }}",
    ):
        assert failure(engine, text).code.startswith("template_")
        assert engine.client.render(jinja("{{ name }}"), {"name": "ok"}).result(30)[0] == "ok"


def test_killed_renderer_is_replaced(engine: Engine) -> None:
    assert engine.client.render(jinja("{{ 1 }}"), {}).result(30)
    pid = engine.client.pid
    assert pid is not None
    (renderer,) = descendants(pid)
    os.kill(renderer, signal.SIGKILL)
    eventually(lambda: not running(renderer))
    eventually(lambda: _renders(engine))
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: not running(pid))
    eventually(lambda: _renders(engine))


def _renders(engine: Engine) -> bool:
    try:
        return bool(engine.client.render(jinja("{{ 1 }}"), {}).result(30))
    except EngineError:
        return False
