"""Pool of runtime processes for local models: started on first use, restarted when dead.

Invariant: at most MAX_RUNTIMES processes exist; the least recently used idle one is ended to make room for a new one,
and a runtime in use is never ended for that.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import re
import secrets
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from workbench.core.lanes import Endpoint
from workbench.engine import protocol
from workbench.engine.child.failures import CallError
from workbench.engine.tokenizers import BUILTIN_CONTEXT, RUNTIME_CONTEXT

_MISSING_LIBRARY = re.compile(r"ImportError: (lib[\w.+-]+): cannot open shared object file")

MAX_RUNTIMES = 2
SLOTS = 2
LOAD_S = 600.0
_EXIT_S = 1.0
_SIGKILL = 9
_GGUF = b"GGUF"
Pooling = Literal["", "mean", "cls", "last"]
POOLINGS: frozenset[str] = frozenset(get_args(Pooling))


@dataclass(frozen=True, slots=True)
class RuntimeModel:
    """A GGUF file, optionally with a LoRA adapter. `context` is the number of tokens of all slots together.

    One that `embeds` gives vectors of texts; `pooling` says how those of the tokens become one, "" for the way that the
    file names.
    """

    path: str
    adapter: str = ""
    context: int = RUNTIME_CONTEXT
    embeds: bool = False
    pooling: Pooling = ""

    @classmethod
    def builtin(cls, path: str) -> RuntimeModel:
        """Return the built-in model with its weights at `path`."""
        return cls(path, "", BUILTIN_CONTEXT)

    @property
    def name(self) -> str:
        """The display name: the file's name, and the adapter's if there is one."""
        name = Path(self.path).stem
        return f"{name} + {Path(self.adapter).stem}" if self.adapter else name


def model_of(endpoint: Endpoint, builtin_model: str) -> RuntimeModel | None:
    """Return the model of a local endpoint, None when the built-in model is not installed."""
    if endpoint.kind == "gguf":
        return RuntimeModel(endpoint.path, endpoint.adapter)
    return RuntimeModel.builtin(builtin_model) if builtin_model else None


class Runtime:
    """A runtime process that serves one model."""

    def __init__(self, process: asyncio.subprocess.Process, key: str) -> None:
        self._process = process
        self._is_killed_here = False
        self.key = key
        self.address = ""
        self.users = 0
        self._stderr: collections.deque[str] = collections.deque(maxlen=30)
        self._reader = asyncio.ensure_future(self._read_stderr())

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process has not ended."""
        return self._process.returncode is None

    async def load(self, model: RuntimeModel) -> None:
        """Load `model` in the process. Raises CallError when that fails."""
        order = {
            "model": model.path,
            "adapter": model.adapter,
            "name": model.name,
            "key": self.key,
            "slots": SLOTS,
            "context": model.context,
            "embeds": model.embeds,
            "pooling": model.pooling,
        }
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise AssertionError("the runtime was started with pipes")
        try:
            async with asyncio.timeout(LOAD_S):
                stdin.write(protocol.encode("load", 1, order))
                await stdin.drain()
                line = await stdout.readline()
        except TimeoutError as error:
            raise CallError(
                "model_load_failed",
                f"{model.name} did not load within {LOAD_S:.0f} s. Copy the file to a faster disk, "
                "or choose a smaller model.",
            ) from error
        except OSError as error:
            raise _load_failed(model, f"{type(error).__name__} while loading.\n{await self.report()}") from error
        answer: Mapping[str, Any] = protocol.decode(line) if line else {"type": "failed"}
        if answer["type"] != "loaded":
            report = f"{answer.get('detail', '')}\n{await self.report()}".strip()
            raise _killed(model, -(self._process.returncode or 0), report) or _load_failed(model, report)
        self.address = answer["address"]

    async def died(self) -> bool:
        """Whether the process has ended; waits up to _EXIT_S, because a connection breaks before the process exits."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_EXIT_S):
                await self._process.wait()
        return not self.alive

    async def report(self) -> str:
        """Return how the process ended, if it did, and the tail of its stderr."""
        if self.alive and not await self.died():
            return "\n".join(self._stderr)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_EXIT_S):
                await asyncio.shield(self._reader)
        return "\n".join([f"The runtime ended with code {self._process.returncode}.", *self._stderr])

    @property
    def was_killed(self) -> bool:
        """Whether the process was killed from outside, as the system does when memory runs out."""
        return self._process.returncode == -_SIGKILL and not self._is_killed_here

    def kill(self) -> None:
        """Kill the process."""
        if self.alive:
            self._is_killed_here = True
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def _read_stderr(self) -> None:
        if self._process.stderr is None:
            return
        while chunk := await self._process.stderr.read(4096):
            self._stderr.extend(chunk.decode("utf-8", "replace").splitlines())


class Runtimes:
    """The engine's pool of runtimes."""

    def __init__(self, notice: Callable[[str], None]) -> None:
        self._notice = notice
        # Least recently used first.
        self._kept: collections.OrderedDict[RuntimeModel, asyncio.Task[Runtime]] = collections.OrderedDict()
        self._in_use: collections.Counter[RuntimeModel] = collections.Counter()
        self._freed = asyncio.Condition()

    @contextlib.asynccontextmanager
    async def use(self, model: RuntimeModel) -> AsyncIterator[Runtime]:
        """Hold a loaded runtime of `model`, starting it if necessary. Raises CallError when it does not load."""
        async with self._freed:
            await self._freed.wait_for(lambda: model in self._kept or self._make_room())
            self._in_use[model] += 1
        try:
            runtime = await self._loaded(model)
            if not runtime.alive:
                runtime = await self._loaded(model)
            yield runtime
        finally:
            async with self._freed:
                self._in_use[model] -= 1
                self._freed.notify_all()

    async def _loaded(self, model: RuntimeModel) -> Runtime:
        """Return the runtime of `model`; a dead one is removed from the pool and returned once."""
        if model not in self._kept:
            self._kept[model] = asyncio.ensure_future(self._start(model))
            # The waiting call may have been cancelled when the start fails, and later calls must not find the failure.
            self._kept[model].add_done_callback(lambda done: self._forget_failed(model, done))
        self._kept.move_to_end(model)
        starting = self._kept[model]
        try:
            # Shielded: another lane may wait for the same start.
            runtime = await asyncio.shield(starting)
        except BaseException:
            if starting.done():
                self._forget(model, starting)
            raise
        if not runtime.alive:
            self._forget(model, starting)
        return runtime

    def loaded(self, model: RuntimeModel | None) -> Runtime | None:
        """Return the runtime of `model` if it is loaded and alive, else None; starts nothing."""
        starting = None if model is None else self._kept.get(model)
        if starting is None or not starting.done() or starting.cancelled() or starting.exception() is not None:
            return None
        runtime = starting.result()
        return runtime if runtime.alive else None

    def tell_ended(self, model: RuntimeModel) -> None:
        """Replace the notice that `model` is loaded by one that its runtime has ended."""
        self._notice(f"{model.name} has ended; it is loaded again when it is used next.")

    async def warm(self, model: RuntimeModel) -> None:
        """Preload a runtime; a failure is reported when it is first used."""
        with contextlib.suppress(CallError):
            async with self.use(model):
                pass

    def close(self) -> None:
        """End all runtimes."""
        for starting in self._kept.values():
            _end(starting)
        self._kept.clear()

    def _make_room(self) -> bool:
        if len(self._kept) < MAX_RUNTIMES:
            return True
        for model, starting in self._kept.items():
            if not self._in_use[model]:
                self._forget(model, starting)
                _end(starting)
                return True
        return False

    def _forget_failed(self, model: RuntimeModel, done: asyncio.Task[Runtime]) -> None:
        if done.cancelled() or done.exception() is not None:
            self._forget(model, done)

    def _forget(self, model: RuntimeModel, starting: asyncio.Task[Runtime]) -> None:
        if self._kept.get(model) is starting:
            del self._kept[model]

    async def _start(self, model: RuntimeModel) -> Runtime:
        await asyncio.to_thread(_check_file, model)
        self._notice(f"Loading {model.name}.")
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "workbench.engine.runtime",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        runtime = Runtime(process, secrets.token_urlsafe(32))
        try:
            await runtime.load(model)
        except BaseException as error:
            runtime.kill()
            if isinstance(error, CallError):
                self._notice(f"{model.name} is not loaded.")
            raise
        self._notice(f"{model.name} is loaded.")
        return runtime


def _end(starting: asyncio.Task[Runtime]) -> None:
    """End a runtime, even one that is still loading."""
    if not starting.done():
        starting.cancel()
    elif not starting.cancelled() and starting.exception() is None:
        starting.result().kill()


def _check_file(model: RuntimeModel) -> None:
    for kind, path in (("model", model.path), ("adapter", model.adapter)):
        if not path:
            continue
        try:
            with Path(path).open("rb") as file:
                magic = file.read(len(_GGUF))
        except OSError as error:
            raise CallError(
                "model_load_failed",
                f"The {kind} file {Path(path).name} cannot be read. Choose it again in the lane's model picker.",
                str(error),
            ) from error
        if magic != _GGUF:
            raise CallError(
                "model_load_failed",
                f"{Path(path).name} is not a GGUF file. Choose a {kind} in GGUF format in the lane's model picker.",
                path,
            )


def _killed(model: RuntimeModel, signal_number: int, detail: str) -> CallError | None:
    """Return the failure of a runtime that was ended by a signal while loading, None when there was no signal."""
    if signal_number == _SIGKILL:
        return CallError(
            "model_load_failed",
            f"The system ended the runtime while it loaded {model.name}, most likely because the memory was full. "
            "Close other programs, or choose a smaller model.",
            detail,
        )
    if signal_number > 0:
        return CallError(
            "model_load_failed",
            f"The runtime crashed while it loaded {model.name} (signal {signal_number}). The file may be damaged or of "
            "a kind this release does not know. Choose another model or file.",
            detail,
        )
    return None


def _load_failed(model: RuntimeModel, detail: str) -> CallError:
    if library := _MISSING_LIBRARY.search(detail):
        return CallError(
            "model_load_failed",
            f"Local models need the library {library[1]}, which is missing on this system. "
            "“workbench doctor” names the package that has it.",
            detail,
        )
    return CallError(
        "model_load_failed",
        f"{model.name} could not be loaded. The file may be damaged, of a kind this release does not know, "
        "or too large for the memory; the details say more. Choose another model or file.",
        detail,
    )
