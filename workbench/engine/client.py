"""The parent's client of the engine process: send calls, cancel them, receive events.

Invariant: the callback never runs on two threads at once, nor on the thread that calls a method here; every accepted
call gets exactly one `CallEnded`, whatever happens to the child; a dead or hung child is restarted automatically, with
back-off; after `close` no child is left. A child runs the interpreter and the package of its parent, never modules of
the working directory, and its environment carries no key.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import workbench
from workbench.core.runs import Failure, Result
from workbench.engine import protocol
from workbench.engine.calls import Call, CallEnded, EngineError, EngineNotice, EngineState, Event, NoticeKind, WarmKind
from workbench.engine.calls_in_flight import CallsInFlight
from workbench.engine.client_questions import EngineQuestions
from workbench.engine.outbox import EngineOutbox
from workbench.engine.process import EngineProcess
from workbench.engine.protocol import ProtocolError
from workbench.engine.questions import PendingQuestions
from workbench.engine.watchdog import EngineWatchdog

logger = logging.getLogger(__name__)

BACKOFF_S = (0.2, 0.5, 1.0, 2.0, 5.0)
GIVE_UP_AFTER = 3
"""Consecutive failed starts after which waiting calls fail; the client keeps trying to start the child."""
_CLOSE_GRACE_S = 2.0
_STABLE_S = 10.0
_TOO_LONG = Failure(
    "too_long",
    "This request is larger than 7 MB and was not sent. Shorten the prompt or its values.",
)
_DIED = "The engine stopped and is being restarted. Partial output is kept; try again."
_CLOSED = Failure("engine_closed", "The engine was closed. Start the workbench again.")


class EngineClient(EngineQuestions):
    """Owns the engine process. Methods are thread-safe and return immediately, except `close`, which waits."""

    def __init__(
        self,
        command: Sequence[str] | None = None,
        env: Mapping[str, str] | None = None,
        on_event: Callable[[Event], None] = lambda event: None,
        *,
        builtin_model: Path | None = None,
        limits: Mapping[str, int] | None = None,
        dead_after: float = 10.0,
        ready_within: float = 30.0,
        backoff: Sequence[float] = BACKOFF_S,
        launch: Callable[[Sequence[str], Mapping[str, str]], EngineProcess] = EngineProcess,
    ) -> None:
        """Prepare a client; `start` starts the child.

        `env` is the child's whole environment, already without keys. `limits` overrides the default number of
        concurrent calls, by endpoint uid. `dead_after` and `ready_within` are timeouts in seconds. `backoff` is the
        delay in seconds after the first, second, … death in a row. `launch` starts the command in an environment.
        """
        self._command = engine_command() if command is None else list(command)
        self._env = child_env(env or {})
        self._on_event, self._launch, self._backoff = on_event, launch, backoff
        self._builtin_model = builtin_model
        self._limits = dict(limits or {})
        self._watch = EngineWatchdog(dead_after, ready_within)
        self._lock, self._emitting = threading.Lock(), threading.RLock()
        self._ledger, self._questions = CallsInFlight(), PendingQuestions()
        self._awaited: dict[str, Future[Result]] = {}
        self._warm: list[WarmKind] = []
        self._outbox = EngineOutbox()
        self._state: EngineState = "new"
        self._closing = threading.Event()
        self._supervisor = threading.Thread(target=self._supervise, name="engine-reader", daemon=True)
        self._watchdog = threading.Thread(target=self._watch_over, name="engine-watch", daemon=True)

    @property
    def state(self) -> EngineState:
        """The state of the engine: new, starting, ready, restarting or closed."""
        return self._state

    @property
    def pid(self) -> int | None:
        """The process id of the running child, None when there is none."""
        process = self._outbox.process
        return None if process is None else process.pid

    def start(self) -> None:
        """Start the child in the background. Starting twice does nothing."""
        with self._lock:
            if self._state != "new":
                return
            self._state = "starting"
        self._supervisor.start()
        self._watchdog.start()

    def use_builtin_model(self, path: Path | None) -> None:
        """Change the weights of the built-in model without a restart."""
        with self._lock:
            self._builtin_model = path
            self._outbox.tell("configure", **self._configuration())

    def run(self, call: Call) -> None:
        """Send one call; its events are passed to the callback. A call made before the engine is ready is queued.

        Raises ValueError when the id is already in flight and EngineError when the client is closed.
        """
        line = self._outbox.encode("run", protocol.call_to_json(call))
        with self._lock:
            self._refuse_when_closed()
            self._ledger.add(call)
            if line is not None:
                self._outbox.post(call.id, line)
        if line is None:
            self._end_aside(call.id, _TOO_LONG)

    def perform(self, call: Call) -> Future[Result]:
        """Send one call whose events are not passed to the callback; return the future of its result.

        A failed or stopped call has a result as well. Cancel it by its id. Raises as `run`.
        """
        future: Future[Result] = Future()
        future.set_running_or_notify_cancel()
        with self._lock:
            if call.id in self._ledger:
                raise ValueError(f"The call {call.id} is in flight already.")
            self._awaited[call.id] = future
        try:
            self.run(call)
        except BaseException:
            del self._awaited[call.id]
            raise
        return future

    def cancel(self, call_id: str) -> None:
        """Cancel one call; its `CallEnded` follows. Unknown ids are ignored: the call may have ended meanwhile."""
        with self._lock:
            if call_id not in self._ledger:
                return
            if not self._outbox.withdraw(call_id):
                self._outbox.tell("cancel", id=call_id)
                return
        self._end_aside(call_id, None)

    def warm(self, kind: WarmKind) -> None:
        """Preload LiteLLM or the built-in model, now and after every restart."""
        with self._lock:
            if kind not in self._warm:
                self._warm.append(kind)
            if self._state == "ready":
                self._outbox.tell("warm", what=kind)

    def set_limit(self, endpoint_uid: str, limit: int) -> None:
        """Set the number of concurrent calls at one endpoint, now and after every restart."""
        with self._lock:
            self._limits[endpoint_uid] = limit
            self._outbox.tell("configure", **self._configuration())

    def close(self) -> None:
        """Cancel all calls, end the child and its children, and wait for their exit; calls in flight end as stopped."""
        with self._lock:
            started = self._state != "new"
            self._state = "closed"
            self._closing.set()
            self._outbox.tell("shutdown")
            if self._outbox.process is not None:
                self._outbox.process.hang_up()
        if started:
            self._supervisor.join(_CLOSE_GRACE_S)
            if self._supervisor.is_alive() and (process := self._outbox.process) is not None:
                process.kill("It did not end when it was asked to.")
            self._supervisor.join()
            self._watchdog.join()
        else:
            self._emit_all(self._abandon_all("stopped", None, _CLOSED))

    def _configuration(self) -> dict[str, Any]:
        return {"builtin_model": str(self._builtin_model or ""), "limits": self._limits}

    def _refuse_when_closed(self) -> None:
        if self._state == "closed":
            raise EngineError(_CLOSED)

    def _ask(self, kind: str, fields: Mapping[str, Any], read: Callable[[Mapping[str, Any]], Any]) -> Future[Any]:
        with self._lock:
            self._refuse_when_closed()
            question, future = self._questions.add(read)
            line = self._outbox.encode(kind, {"id": question, **fields})
            if line is not None:
                self._outbox.post(question, line)
        if line is None:
            self._questions.fail(question, _TOO_LONG)
        return future

    def _end_aside(self, call_id: str, failure: Failure | None) -> None:
        # On a thread of its own: the caller may hold a lock that the listener acquires.
        threading.Thread(target=self._end_now, args=(call_id, failure), name="engine-end", daemon=True).start()

    def _end_now(self, call_id: str, failure: Failure | None) -> None:
        with self._lock:
            if call_id not in self._ledger:
                return
            ended = self._ledger.drop(call_id, "stopped" if failure is None else "failed", failure)
        self._emit(ended)

    def _emit(self, event: Event) -> None:
        if (future := self._awaited.get(event.id)) is not None:
            if isinstance(event, CallEnded):
                del self._awaited[event.id]
                future.set_result(event.result)
            return
        with self._emitting:
            try:
                self._on_event(event)
            except Exception:
                # An error in the listener must not end the reader thread, and with it every other call.
                logger.exception("The listener failed on an event of type %s", type(event).__name__)

    def _emit_all(self, events: Sequence[Event]) -> None:
        for event in events:
            self._emit(event)

    def _notice(self, kind: NoticeKind, text: str) -> None:
        self._emit(EngineNotice(kind, text))

    def _supervise(self) -> None:
        failed_starts = failures = 0
        self._notice("starting", "The engine is starting.")
        while not self._closing.is_set():
            was_ready, report = self._live()
            if self._closing.is_set():
                break
            failed_starts = 0 if was_ready else failed_starts + 1
            failures = 1 if self._watch.lived(_STABLE_S) else failures + 1
            give_up = failed_starts >= GIVE_UP_AFTER
            self._emit_all(self._after_death(report, give_up=give_up))
            if give_up:
                self._notice("dead", "The engine does not start. Run “workbench doctor” for details.\n" + report)
            else:
                self._notice("restarting", "The engine stopped and is being restarted.\n" + report)
            self._closing.wait(self._backoff[min(failures, len(self._backoff)) - 1])
        self._emit_all(self._abandon_all("stopped", None, _CLOSED))

    def _live(self) -> tuple[bool, str]:
        """Run one child until it ends; return whether it became ready, and a report of how it ended."""
        try:
            process = self._launch(self._command, self._env)
        except OSError as error:
            return False, f"The engine could not be started: {error}"
        with self._lock:
            if self._closing.is_set():
                process.hang_up()
            self._outbox.attach(process)
            self._watch.born()
            self._outbox.tell("hello", **self._configuration())
        try:
            for message in process.messages():
                self._receive(message)
        except (ProtocolError, KeyError, TypeError, ValueError) as error:
            process.kill(f"It sent an invalid message: {error!r}")
        with self._lock:
            if self._state != "closed":
                self._state = "restarting"
            self._outbox.detach()
        return self._watch.was_ready, process.finish()

    def _receive(self, message: Mapping[str, Any]) -> None:
        kind = message["type"]
        if kind == "pong":
            self._watch.heard()
        elif kind == "ready":
            self._get_ready()
        elif kind == "notice":
            self._notice(message["kind"], message["text"])
        elif self._questions.knows(message.get("id", "")):
            self._questions.answer(message)
        else:
            with self._lock:
                event = self._ledger.apply(message)
            if event is not None:
                self._emit(event)

    def _get_ready(self) -> None:
        with self._lock:
            self._watch.ready()
            if self._state == "closed":
                return
            self._state = "ready"
            for what in self._warm:
                self._outbox.tell("warm", what=what)
            self._outbox.open()
        self._notice("ready", "The engine is ready.")

    def _after_death(self, report: str, *, give_up: bool) -> list[CallEnded]:
        failure = Failure("engine_died", _DIED, report)
        if give_up:
            return self._abandon_all("failed", failure, failure)
        with self._lock:
            waiting = self._outbox.waiting
            ended = [self._ledger.drop(c.id, "failed", failure) for c in self._ledger.calls() if c.id not in waiting]
        self._questions.fail_all(failure, spare=waiting)
        return ended

    def _abandon_all(self, state: Any, failure: Failure | None, answer: Failure) -> list[CallEnded]:
        with self._lock:
            self._outbox.clear()
            ended = self._ledger.abandon(state, failure)
        self._questions.fail_all(answer)
        return ended

    def _watch_over(self) -> None:
        while not self._closing.wait(self._watch.interval):
            self._questions.expire()
            verdict = self._watch.look()
            with self._lock:
                process = self._outbox.process
                if self._state == "ready":
                    self._outbox.tell("ping")
            if verdict and process is not None:
                process.kill(verdict)


_ROOT = str(Path(workbench.__file__).resolve().parent.parent)


def engine_command() -> list[str]:
    """Return the command that starts the engine."""
    return [sys.executable, "-m", "workbench.engine"]


def child_env(env: Mapping[str, str]) -> dict[str, str]:
    """Return `env` with PYTHONPATH and PYTHONSAFEPATH set so that a child imports this installation of the package."""
    path = [_ROOT, *(p for p in env.get("PYTHONPATH", "").split(os.pathsep) if p and p != _ROOT)]
    return {**env, "PYTHONPATH": os.pathsep.join(path), "PYTHONSAFEPATH": "1"}
