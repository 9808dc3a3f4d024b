"""The engine reports unexpected exceptions to its parent, without their messages."""

from __future__ import annotations

import sys

from tests.engine.listening import ECHO, Engine
from workbench.core.content import Message
from workbench.engine.calls import EngineError

SECRET = "sk-planted-0123456789 prompt"
CODE = """
import asyncio, sys, threading
from workbench.engine import __main__ as engine
from workbench.engine.child import server
from workbench.engine.child.provider_registry import ProviderRegistry

def fail(*_):
    raise ZeroDivisionError("sk-planted-0123456789 prompt")

async def fail_later(*_):
    fail()

{what}
engine.main()
"""
IN_ANSWER = "ProviderRegistry.answer = fail_later"
IN_TASK = "ProviderRegistry.warm = fail_later"
IN_THREAD = "ProviderRegistry.prepare = lambda *_: asyncio.to_thread(threading.Thread(target=fail).start)"
IN_LOOP = "ProviderRegistry.prepare = lambda *_: asyncio.sleep(0, asyncio.get_running_loop().call_soon(fail))"
AT_THE_START = "server.EngineServer.run = fail_later"


def engine(what: str) -> Engine:
    return Engine([sys.executable, "-c", CODE.format(what=what)])


def report(running: Engine) -> str:
    told = running.heard.wait_for(lambda: running.heard.notices("fault"))
    return told[0].text


def test_exception_in_query_is_reported_without_its_message() -> None:
    with engine(IN_ANSWER) as running:
        asked = running.client.count(ECHO, "x", [Message("user", "Hello")])
        assert isinstance(asked.exception(60), EngineError)
        told = report(running)
        assert told.startswith("Unexpected error: ZeroDivisionError")
        assert "workbench/engine/child/server.py" in told
        assert SECRET not in told


def test_exceptions_in_threads_and_callbacks_are_reported_and_engine_survives() -> None:
    for what in (IN_THREAD, IN_LOOP):
        with engine(what) as running:
            assert report(running).startswith("Unexpected error: ZeroDivisionError")
            assert running.ask().state == "finished"


def test_exception_in_background_task_is_reported() -> None:
    with engine(IN_TASK) as running:
        running.client.warm("litellm")
        assert report(running).startswith("Unexpected error: ZeroDivisionError")


def test_fatal_exception_is_reported_before_engine_exits() -> None:
    with engine(AT_THE_START) as running:
        assert report(running).startswith("Unexpected error: ZeroDivisionError")
