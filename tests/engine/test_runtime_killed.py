"""A runtime that is killed while it loads a model: the failure depends on who killed it."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE

import pytest

from workbench.engine.child.failures import CallError
from workbench.engine.child.runtimes import Runtime, RuntimeModel

MODEL = RuntimeModel("/models/large.gguf")
CODE = "import os, sys; sys.stdin.readline(); os.kill(os.getpid(), {signal})"


def failure_after(number: int) -> CallError:
    async def load() -> CallError:
        command = (sys.executable, "-c", CODE.format(signal=number))
        process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
        with pytest.raises(CallError) as caught:
            await Runtime(process, "key").load(MODEL)
        return caught.value

    return asyncio.run(load())


def test_runtime_killed_while_loading_is_reported_as_out_of_memory() -> None:
    """As the kernel does it when the memory is full."""
    found = failure_after(signal.SIGKILL).failure
    assert found.code == "model_load_failed"
    assert "memory was full" in found.sentence
    assert "smaller model" in found.sentence
    assert "damaged" not in found.sentence


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGILL])
def test_runtime_crash_while_loading_is_reported_with_its_signal(number: signal.Signals) -> None:
    found = failure_after(number).failure
    assert found.code == "model_load_failed"
    assert f"crashed while it loaded large (signal {number.value})" in found.sentence
