"""Measures how well the sample prompt shows its point: the two lanes must differ visibly for a newcomer.

Run `python -m tests.e2e.sample_seeds [SEEDS]`. It calls the built-in model through the engine, with every seed once per
lane, and counts the answers that give the status, the ETA and the tracking link of the order's record.
"""

from __future__ import annotations

import os
import queue
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace

from workbench.core.content import Content
from workbench.core.lanes import FIXED_ENDPOINTS
from workbench.core.rendered_content import fill_plain
from workbench.engine.calls import Call, CallEnded, Event
from workbench.engine.client import EngineClient
from workbench.host.processes import scrubbed_env
from workbench.host.weights import builtin_weights
from workbench.usecases.sample_prompts import load_sample

PATIENCE_S = 300.0
NEEDED = ("in transit", "friday", "https://track.example/123abcdefg")
ENOUGH = 40
"""In words; a concise answer has fewer."""


@dataclass(frozen=True)
class Answer:
    lane: str
    seed: int
    text: str

    @property
    def good(self) -> bool:
        text = self.text.lower()
        return all(part in text for part in NEEDED) and len(text.split()) < ENOUGH


def ask(seeds: Iterable[int], one_line: int | None = None) -> list[Answer]:
    """Call both lanes with every seed and return the answers, by seed and lane.

    The one-line prompt runs only with the first `one_line` seeds, because its answers are long.
    """
    sample = load_sample()
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    client = EngineClient(env=scrubbed_env(os.environ), on_event=events.put, builtin_model=builtin_weights())
    client.start()
    asked: dict[str, tuple[str, int]] = {}
    answers = []
    try:
        for number, seed in enumerate(seeds):
            for lane in sample.draft.lanes:
                if lane.title == "One-line prompt" and one_line is not None and number >= one_line:
                    continue
                pinned = lane.pinned
                content: Content = sample.draft.content if pinned is None else sample.versions[pinned - 1].content
                call = Call(
                    f"{lane.slot}{seed}",
                    next(e for e in FIXED_ENDPOINTS if e.uid == lane.endpoint),
                    lane.model,
                    fill_plain(content, sample.draft.value_map).messages,
                    replace(lane.params, seed=seed).request(),
                )
                asked[call.id] = (lane.title, seed)
                client.run(call)
        while len(answers) < len(asked):
            event = events.get(timeout=PATIENCE_S)
            if isinstance(event, CallEnded):
                if event.result.state != "finished":
                    raise RuntimeError(f"{event.id}: {event.result.failure}")
                answers.append(Answer(*asked[event.id], event.result.text))
    finally:
        client.close()
    return sorted(answers, key=lambda answer: (answer.seed, answer.lane))


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    answers = ask(range(count))
    for answer in answers:
        print(
            f"{answer.seed:3} {'good' if answer.good else '  - '} {answer.lane}: {' '.join(answer.text.split())[:110]}"
        )
    for lane in sorted({answer.lane for answer in answers}):
        print(f"{lane}: {sum(a.good for a in answers if a.lane == lane)} of {count} good")


if __name__ == "__main__":
    main()
