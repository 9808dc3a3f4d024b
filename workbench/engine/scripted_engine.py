"""A scripted engine: the same protocol without models, for tests and demonstrations of the layers above the engine.

Invariant: it answers exactly what its script says, in order, and contacts no provider.

A script is a JSON object: `models` maps a model id to a list of steps, `default` is the list for all others, `listed`
is the answer to the `models` question, `check` a sentence or a failure [code, sentence, detail]. A step is one of
{"text": s} {"reasoning": s} {"wait_ms": n} {"until": path} (wait for a file) {"retry_ms": n, "reason": s, "code": s}
{"call": number, "name": s, "call_id": s, "text": s} (a chunk of a tool call; name and id with the first one)
{"steps": [[kind, text, name, call id, opaque], …]} (the end of a round with tools)
{"vectors": [[number, …], …]} (the reply of an embedding model) {"answers": [answer, …]} (that of a decision model)
{"usage": {...}} {"finish": s} {"response": any} {"mark": [kind, name, detail]} (before the request is sent)
{"fail": [code, sentence, detail]} {"exit": code} {"hang": true} (stops answering pings) {"garbage": s}
{"echo": true} (the default: the messages; vectors made from the letters of texts; the probability 0.5 for conditions)
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.core.judging.decisions import DecisionAnswer, answers_text
from workbench.core.judging.vectors import vectors_text
from workbench.core.money import Usage
from workbench.core.runs import Failure, OutputState
from workbench.core.templates import render_plain
from workbench.engine import estimate, protocol
from workbench.engine.calls import Call
from workbench.engine.estimate import estimate_ended
from workbench.engine.hashed_vectors import hashed_vector
from workbench.engine.pipes import ChildPipe

_POLL_S = 0.005
ECHO_STEPS: list[dict[str, Any]] = [{"echo": True}]


def command(script: Mapping[str, Any], directory: Path) -> list[str]:
    """Write `script` into `directory` and return the command that runs it, for `EngineClient(command=…)`."""
    path = directory / "standin.json"
    path.write_text(json.dumps(script), encoding="utf-8")
    return [sys.executable, "-m", "workbench.engine.scripted_engine", str(path)]


class ScriptedEngine:
    """Plays a script; one thread per call."""

    def __init__(self, pipe: ChildPipe, script: Mapping[str, Any]) -> None:
        self._pipe = pipe
        self._script = script
        self._cancelled: dict[str, threading.Event] = {}
        self._hangs = threading.Event()

    def receive(self, message: Mapping[str, Any]) -> None:
        """Handle one message from the wire."""
        kind = message["type"]
        if self._hangs.is_set():
            return
        if kind == "hello":
            self._pipe.send("ready", pid=os.getpid())
        elif kind == "ping":
            self._pipe.send("pong")
        elif kind == "run":
            call = protocol.call_from_json(message)
            self._cancelled[call.id] = threading.Event()
            threading.Thread(target=self._play, args=(call,), daemon=True).start()
        elif kind == "cancel" and message["id"] in self._cancelled:
            self._cancelled[message["id"]].set()
        elif kind == "warm":
            self._pipe.send("notice", kind="runtime", text=f"Asked to load {message['what']}.")
        elif kind in ("models", "prices", "parameters", "check", "render", "count"):
            self._reply(kind, message)
        elif kind == "shutdown":
            for event in list(self._cancelled.values()):
                event.set()

    def _reply(self, kind: str, message: Mapping[str, Any]) -> None:
        if kind == "models":
            self._pipe.send("models", id=message["id"], models=self._script.get("listed", []))
        elif kind == "prices":
            self._pipe.send("prices", id=message["id"], prices=self._script.get("prices", {}))
        elif kind == "parameters":
            self._pipe.send("parameters", id=message["id"], parameters=self._script.get("parameters"))
        elif kind == "check":
            said = self._script.get("check", "The key works.")
            self._pipe.send(
                "checked", id=message["id"], **({"sentence": said} if isinstance(said, str) else {"failure": said})
            )
        elif kind == "count":
            counts = [estimate.tokens(m.text) for m in protocol.messages_from_json(message["messages"])]
            self._pipe.send("counted", id=message["id"], tokenizer=message["tokenizer"], counts=counts)
        else:
            rendered = render_plain(message["texts"], message["values"])
            self._pipe.send("rendered", id=message["id"], texts=list(rendered))

    def _play(self, call: Call) -> None:
        steps = self._script.get("models", {}).get(call.model, self._script.get("default", ECHO_STEPS))
        ScriptedCall(call, self._pipe, self._cancelled[call.id], self._hangs).play(steps)
        del self._cancelled[call.id]


class ScriptedCall:
    """Plays the script of one call."""

    def __init__(self, call: Call, pipe: ChildPipe, cancelled: threading.Event, hangs: threading.Event) -> None:
        self._call, self._pipe, self._cancelled, self._hangs = call, pipe, cancelled, hangs
        self._began = time.monotonic()
        self._texts = {"text": "", "reasoning": ""}
        self._calls: dict[int, int] = {}
        self._timing: list[int | None] = [0, None, None, None]
        self._ending: dict[str, Any] = {"finish_reason": "stop", "failure": None, "response": None}
        self._usage: Usage | None = None
        self._marks: list[Any] = []

    def play(self, steps: Sequence[Mapping[str, Any]]) -> None:
        """Play all steps, then end."""
        self._pipe.send("queued", id=self._call.id)
        self._marks = [step["mark"] for step in steps if "mark" in step]
        wire = {
            "model": self._call.model,
            "messages": [{"role": m.role, "content": m.text} for m in self._call.messages],
            **self._call.params,
        }
        self._timing[1] = self._now()
        self._pipe.send("sent", id=self._call.id, wire=wire, marks=self._marks)
        for step in steps:
            if self._cancelled.is_set():
                return self._end("stopped")
            if "fail" in step:
                self._ending["failure"] = protocol.failure_to_json(Failure(*step["fail"]))
                return self._end("failed")
            self._do(step)
        self._end("stopped" if self._cancelled.is_set() else "finished")

    def _do(self, step: Mapping[str, Any]) -> None:
        if "call" in step:
            self._tell_call(step)
        elif "text" in step or "reasoning" in step:
            kind = "text" if "text" in step else "reasoning"
            self._tell(kind, step[kind])
        elif "echo" in step:
            self._tell("text", _echoed(self._call))
        elif "vectors" in step:
            self._tell("text", vectors_text(step["vectors"]))
        elif "answers" in step:
            self._tell("text", json.dumps({"answers": step["answers"]}, separators=(",", ":")))
        elif "wait_ms" in step:
            self._cancelled.wait(step["wait_ms"] / 1000)
        elif "until" in step:
            while not Path(step["until"]).exists() and not self._cancelled.wait(_POLL_S):
                pass
        elif "retry_ms" in step:
            self._pipe.send(
                "retrying",
                id=self._call.id,
                in_ms=step["retry_ms"],
                attempt=2,
                reason=step.get("reason", ""),
                code=step.get("code", ""),
            )
            self._cancelled.wait(step["retry_ms"] / 1000)
        elif "steps" in step:
            self._pipe.send("steps", id=self._call.id, opaque="", steps=step["steps"])
            self._texts, self._calls = {"text": "", "reasoning": ""}, {}
        elif "usage" in step:
            self._usage = Usage(**step["usage"])
        elif "finish" in step:
            self._ending["finish_reason"] = step["finish"]
        elif "response" in step:
            self._ending["response"] = step["response"]
        elif "exit" in step:
            self._pipe.flush(1.0)
            os._exit(step["exit"])
        elif "hang" in step:
            self._hangs.set()
            self._cancelled.wait()
        elif "garbage" in step:
            self._pipe.send_raw(step["garbage"].encode() + b"\n")

    def _tell(self, kind: str, text: str) -> None:
        if self._timing[2] is None:
            self._timing[2] = self._now()
        self._pipe.send("delta", id=self._call.id, kind=kind, offset=len(self._texts[kind]), text=text)
        self._texts[kind] += text

    def _tell_call(self, step: Mapping[str, Any]) -> None:
        number, text = step["call"], step.get("text", "")
        if self._timing[2] is None:
            self._timing[2] = self._now()
        at = self._calls.setdefault(number, 0)
        names = {name: step[name] for name in ("name", "call_id") if name in step}
        self._pipe.send("tool_call", id=self._call.id, number=number, offset=at, text=text, **names)
        self._calls[number] = at + len(text)

    def _end(self, state: OutputState) -> None:
        self._timing[3] = self._now()
        usage = self._usage or estimate_ended(
            self._call.messages,
            self._texts["text"] if self._call.writes else "",
            self._texts["reasoning"],
            sent=True,
            failed=state == "failed",
        )
        self._pipe.send(
            state,
            id=self._call.id,
            model=self._call.model,
            usage=protocol.usage_to_json(usage),
            timing=self._timing,
            marks=self._marks,
            **self._ending,
        )

    def _now(self) -> int:
        return round((time.monotonic() - self._began) * 1000)


def _echoed(call: Call) -> str:
    if call.task == "embed":
        return vectors_text([hashed_vector(message.text) for message in call.messages])
    if call.task == "decide":
        return answers_text([DecisionAnswer("predicate", 0.5)] * len(call.questions))
    return "\n\n".join(message.text for message in call.messages)


def _fatal(args: threading.ExceptHookArgs) -> None:
    # An error in a script must not look like a slow model.
    traceback.print_exception(args.exc_type, args.exc_value, args.exc_traceback)
    os._exit(70)


def main() -> None:
    """Play the script named by the only argument, or echo when there is none."""
    pipe = ChildPipe()
    threading.excepthook = _fatal
    script = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")) if len(sys.argv) > 1 else {}
    pipe.listen(ScriptedEngine(pipe, script).receive)
    threading.Event().wait()


if __name__ == "__main__":
    main()
