"""Evaluates checks in a child process that may be killed.

Invariant: every check gets a result. A check that takes longer than the limit, or that ends the process, is unscored;
the process is started again, and the checks behind it are evaluated.
"""

from __future__ import annotations

import contextlib
import queue
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workbench.core.cases import Check, check_to_json
from workbench.core.checks.check_result import CheckResult, unscored
from workbench.core.checks.check_sets import assembled, single_checks
from workbench.core.checks.inputs import MOST_CHECKED, CheckedAnswer
from workbench.engine import protocol
from workbench.engine.checker.wire import answer_to_json, result_from_json
from workbench.engine.process import EngineProcess

LIMIT_S = 1.0
"""Time for one check."""
_START_S = 30.0
_READ_S = 10.0
COMMAND = (sys.executable, "-m", "workbench.engine.checker")
_TOOK_TOO_LONG = "The check took longer than {:g} s and was stopped. Simplify its pattern, schema or code."
ENDED = "The check ended the process that evaluates checks. Simplify its pattern, schema or code."
"""Reason of a check during which the process ended."""
NO_START = "The process that evaluates checks does not start. Restart the app."
_TOO_LARGE = "The answer and the values of its case are too large to be checked."


class _StoppedError(Exception):
    """The child ended or did not answer in time. The text is a sentence."""


class CheckerClient:
    """One checking process, started on first use. Use it from one thread, which must live until `close`."""

    def __init__(self, env: Mapping[str, str], command: Sequence[str] = COMMAND, *, limit_s: float = LIMIT_S) -> None:
        """Prepare a client; `env` are the environment variables of the child, `limit_s` is the time for one check."""
        self._env = dict(env)
        self._command = tuple(command)
        self._limit_s = limit_s
        self._child: _Child | None = None

    def evaluate(self, answer: CheckedAnswer, checks: Sequence[Check]) -> tuple[CheckResult, ...]:
        """Return the results of the checks of one answer, in order."""
        singles = [single for check in checks for single in single_checks(check)]
        results = iter(self._single_results(answer, singles))
        return tuple(assembled(check, results, answer.values) for check in checks)

    def close(self) -> None:
        """End the process."""
        if self._child is not None:
            self._child.close("The client was closed.")
            self._child = None

    def __enter__(self) -> CheckerClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _single_results(self, answer: CheckedAnswer, checks: Sequence[Check]) -> list[CheckResult]:
        if len(answer.text) > MOST_CHECKED:
            text = f"The answer is longer than {MOST_CHECKED // 1_000_000} million characters."
            return [unscored(text)] * len(checks)
        try:
            lines = [*_text_lines(answer.text), protocol.encode("answer", 0, answer_to_json(answer))]
            orders = [protocol.encode("check", 0, {"check": check_to_json(check)}) for check in checks]
        except protocol.ProtocolError:
            return [unscored(_TOO_LARGE)] * len(checks)
        results: list[CheckResult] = []
        while len(results) < len(checks):
            try:
                child = self._ready([*lines, *orders[len(results) :]])
            except _StoppedError:
                self.close()
                return [*results, *(unscored(NO_START) for _ in checks[len(results) :])]
            try:
                while len(results) < len(checks):
                    # The time since the last reply is that of this check.
                    results.append(result_from_json(child.reply("checked", self._limit_s)["result"], answer.text))
            except _StoppedError as error:
                results.append(unscored(str(error)))
                self.close()
        return results

    def _ready(self, lines: Sequence[bytes]) -> _Child:
        """Send lines to a child and return it when it has read the answer; a new one if the old one has ended.

        Raises _StoppedError.
        """
        if self._child is not None:
            with contextlib.suppress(_StoppedError):
                self._child.send(lines)
                self._child.reply("read", _READ_S)
                return self._child
            self.close()
        try:
            self._child = _Child(self._command, self._env)
        except OSError as error:
            raise _StoppedError(NO_START) from error
        self._child.reply("ready", _START_S)
        self._child.send(lines)
        self._child.reply("read", _READ_S)
        return self._child


class _Child:
    """A running child, with a thread that reads its replies."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        self._process = EngineProcess(command, env)
        self._replies: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, name="checker-replies", daemon=True)
        self._reader.start()

    def send(self, lines: Sequence[bytes]) -> None:
        """Queue lines; never blocks."""
        for line in lines:
            self._process.send(line)

    def reply(self, kind: str, within: float) -> dict[str, Any]:
        """Return the next reply, which must be of a kind. Raises _StoppedError after `within` seconds."""
        try:
            reply = self._replies.get(timeout=within)
        except queue.Empty as error:
            raise _StoppedError(_TOOK_TOO_LONG.format(within)) from error
        if reply is None or reply["type"] != kind:
            raise _StoppedError(ENDED)
        return reply

    def close(self, why: str) -> None:
        """Kill the child, and wait until it has ended."""
        self._process.kill(why)
        self._reader.join()
        self._process.finish()

    def _read(self) -> None:
        # A broken line is treated like the end of the child.
        with contextlib.suppress(protocol.ProtocolError, OSError, ValueError):
            for message in self._process.messages():
                self._replies.put(message)
        self._replies.put(None)


def _text_lines(text: str) -> Iterator[bytes]:
    for start in range(0, len(text), protocol.MAX_DELTA):
        yield protocol.encode("text", 0, {"piece": text[start : start + protocol.MAX_DELTA]})
