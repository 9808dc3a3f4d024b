"""A server whose models answer, and one that judges the answers by a fixed rule."""

from __future__ import annotations

import json
import threading
from collections import Counter
from dataclasses import replace

from tests.fakes.provider import JSON, FakeProvider, Reply, Request, Wait, status, whole

JUDGE = "fake-judge"


class JudgeServer:
    """Models repeat the last message, and the judge passes what has no “NO”. Counts requests by model and text."""

    def __init__(self, fake: FakeProvider, pause_s: float = 0.0) -> None:
        self.asked: Counter[tuple[str, str]] = Counter()
        self.pause_s = pause_s
        self._lock = threading.Lock()
        fake.answer = self

    def __call__(self, request: Request) -> Reply:
        if request.method != "POST":
            return status(404)
        model, said = request.body["model"], request.body["messages"][-1]["content"]
        with self._lock:
            self.asked[model, said] += 1
        text = said
        if model == JUDGE:
            passed = "NO" not in said
            text = json.dumps({"reason": "By the rule.", "pass": passed, "score": float(passed)})
        reply = replace(whole(text), headers=JSON)
        return replace(reply, before=(Wait(self.pause_s),)) if self.pause_s else reply

    def count(self, model: str) -> int:
        """Return the number of requests to a model."""
        with self._lock:
            return sum(number for (name, _), number in self.asked.items() if name == model)
