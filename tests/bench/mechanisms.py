"""Measures what each mechanism for speed brings.

`python -m tests.bench.mechanisms [--only NAME]… [--scenario NAME]… [--pairs N] [--list]`

Each scenario is done with everything and without each of its mechanisms, in turn (A B C A B C …, each round in another
order), so that what else the machine does hits all alike. A mechanism is worth the median of the differences within a
round; the quartiles beside it say how sure that is. Prints a table, writes build/mechanisms.json.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.bench import case_import, loop, streaming
from tests.bench.engine_rig import server
from tests.bench.histories import add_iterations, echo_history, endpoint_history
from tests.bench.many_prompts import prompts_with_answers
from tests.bench.report import percentile
from tests.bench.windows import PRODUCT, ROOT, home, measured, started
from tests.store.making import LATER, NOW, opened
from tests.usecases.judged_history import history, runs
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.lanes import Lane
from workbench.core.maintenance import CARE, MaintenanceRules
from workbench.store import open_store

PAIRS = 10
WALKS = (sys.executable, "-m", "tests.bench.mechanism_walks")
STREAM_S, PRESSES = 4, 12
Figures = dict[str, float]
Sample = Callable[[], Figures]


# Scenarios: each yields what does it once and returns the figures, in ms.


@contextlib.contextmanager
def _start() -> Iterator[Sample]:
    with home() as place:
        echo_history(place.database)
        env = place.environment

        def sample() -> Figures:
            found = measured((*PRODUCT, "complete"), env(**_without()))
            return {
                "start to a painted letter": found["painted_ms"],
                "start to a painted letter, processor": found["cpu_ms"],
                "start to a whole window": found["complete_ms"],
                "start to a whole window, processor": found["complete_cpu_ms"],
            }

        yield sample


@contextlib.contextmanager
def _first_token() -> Iterator[Sample]:
    with home() as place:
        echo_history(place.database)
        env = place.environment
        yield lambda: {"first token of echo": measured((*PRODUCT, "first_token"), env(**_without()))["first_token_ms"]}


@contextlib.contextmanager
def _views() -> Iterator[Sample]:
    with home() as place:
        echo_history(place.database)
        add_iterations(place.database, 300)
        _stop_maintenance(place.database)
        yield lambda: _figures(measured((*WALKS, "views"), place.environment(**_without())))


def _looks(messages: int) -> Callable[[], contextlib.AbstractContextManager[Sample]]:
    @contextlib.contextmanager
    def scenario() -> Iterator[Sample]:
        with home() as place:
            echo_history(place.database)
            add_iterations(place.database, 300)
            with closing(opened(place.database)) as store:
                store.create_prompt("p", "A long talk", NOW).result(60)
                texts = [f"{n}: **look** at {{{{order}}}}.\nThen answer.\n" * (1 + n % 3) for n in range(messages)]
                content = Content(tuple(Message("assistant" if n % 2 else "user", t) for n, t in enumerate(texts)))
                lanes = tuple(Lane(slot, "echo", "echo") for slot in "AB")
                store.save_draft("p", Draft(content, (("order", "7"),), lanes), LATER).result(60)
                store.set_meta("last_prompt", "p").result(60)
            _stop_maintenance(place.database)

            def sample() -> Figures:
                found = measured((*WALKS, "looks"), place.environment(**_without()))
                looks = ("theme_dark", "theme_light", "zoom_in", "zoom_out")
                busiest = [found["busiest"][look] for look in looks]
                painted = [ms for look in looks for ms in found[look]]
                return {
                    f"another look, {messages} messages: most at once": max(busiest),
                    f"another look, {messages} messages: until painted": statistics.median(painted),
                    f"History right after it, {messages} messages": found["history after a change"][0],
                    f"History right after it, {messages} messages, processor": found[
                        "history after a change, processor"
                    ][0],
                }

            yield sample

    return scenario


@contextlib.contextmanager
def _prompts() -> Iterator[Sample]:
    with home() as place:
        wanted = {"2 lanes": (2, 2), "8 lanes": (8, 2), "30 lanes": (30, 2), "8 long answers": (8, 60)}
        named = prompts_with_answers(place.database, wanted)
        _stop_maintenance(place.database)
        listed = ",".join(f"{name}={uid}={wanted[name][0]}" for name, uid in named.items())
        yield lambda: _figures(
            measured((*WALKS, "prompts"), place.environment(BENCH_PROMPTS=listed, **_without())), ("open", "step")
        )


@contextlib.contextmanager
def _large_run() -> Iterator[Sample]:
    with home() as place:
        echo_history(place.database)
        with closing(opened(place.database)) as store:
            store.create_prompt("p", "Large", NOW).result(60)
            text = "".join(f"Rule {n}: be polite, brief and exact about order {n}.\n" for n in range(6000))
            lanes = (Lane("A", "echo", "echo"),)
            store.save_draft("p", Draft(Content((Message("user", text),)), (), lanes), LATER).result(60)
            store.set_meta("last_prompt", "p").result(60)

        def sample() -> Figures:
            found = measured((*WALKS, "large_run"), place.environment(**_without()))
            gaps = [gap for step, (gap, _) in found["gaps"].items() if step.startswith("run")]
            return {
                "run of a 300 kB prompt: worst gap": statistics.median(gaps),
                "run of a 300 kB prompt: longest collection": max(found["longest collection"].values(), default=0.0),
            }

        yield sample


def _run(lanes: int) -> Callable[[], contextlib.AbstractContextManager[Sample]]:
    @contextlib.contextmanager
    def scenario() -> Iterator[Sample]:
        with server("tests.bench.engine_server") as port, httpx.Client(trust_env=False) as client:

            def sample() -> Figures:
                with _environment(**_without()):
                    took = loop._pressed(client, f"http://127.0.0.1:{port}", PRESSES, lanes)
                return {f"Ctrl+Enter to the last of {lanes} requests": percentile(took, 50)}

            yield sample

    return scenario


@contextlib.contextmanager
def _stream() -> Iterator[Sample]:
    def sample() -> Figures:
        with home() as place, started((*streaming.SERVER, str(STREAM_S)), place.environment()) as child:
            port = child.line()["port"]
            endpoint_history(place.database, f"http://127.0.0.1:{port}/v1", streaming.LANES)
            with started(streaming.WINDOW, place.environment(**_without())) as window:
                seen = window.line(STREAM_S + 60)
                window.end()
            sent = streaming._times(port)
            child.end()
        tokens = [
            ms for lane, paints in seen["paints"].items() for ms in streaming._latencies(sent[int(lane[1:])], paints)
        ]
        return {
            "8 lanes: token to paint p99": percentile(tokens, 99),
            "8 lanes: key to paint p99": percentile(seen["keys"], 99),
            "8 lanes: UI gap p99": percentile(seen["gaps"], 99),
            "8 lanes: UI gap worst": max(seen["gaps"]),
        }

    yield sample


@contextlib.contextmanager
def _rank() -> Iterator[Sample]:
    with home() as place:
        store, prompt = history(place.database)
        runs(store, prompt, 10_000, versions=10)
        store.set_meta("last_prompt", prompt).result(60)
        store.close()
        _stop_maintenance(place.database)

        def sample() -> Figures:
            found = measured((*WALKS, "rank"), place.environment(**_without()))
            return {
                "10,000 verdicts: first ranking": found["first ranking"][0],
                "10,000 verdicts: worst gap": found["gaps"]["first ranking"][0],
                "10,000 verdicts: worst gap while judging": found["gaps"]["queue"][0],
                "10,000 verdicts: longest collection": max(found["longest collection"].values(), default=0.0),
            }

        yield sample


@contextlib.contextmanager
def _cases() -> Iterator[Sample]:
    def sample() -> Figures:
        with home() as place:
            case_import.make(place.database)
            path = place.folder / "cases.csv"
            case_import.write_rows(path, case_import.QUICK_ROWS)
            with started(case_import.WINDOW, place.environment(BENCH_CASES=str(path), **_without())) as window:
                found = window.line(case_import.PATIENCE_S)
                window.end()
        times = {f"20,000 cases, {step}": 1000 * seconds for step, seconds in found["took"].items()}
        return times | {f"20,000 cases, {step}: worst gap": found["gaps"][step][0] for step in found["took"]}

    yield sample


@contextlib.contextmanager
def _paste() -> Iterator[Sample]:
    with home() as place:
        echo_history(place.database)

        def sample() -> Figures:
            found = measured((*WALKS, "paste"), place.environment(**_without()))
            held = {f"{name}: most at once": ms for name, ms in found["busiest"].items() if name.startswith("paste")}
            return _figures(found, ("paste", "key")) | held

        yield sample


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A mechanism by the name of its switch, where it lives, and what it is for."""

    name: str
    home: str
    scenarios: tuple[str, ...]


SCENARIOS: Mapping[str, Callable[[], contextlib.AbstractContextManager[Sample]]] = {
    "start": _start,
    "first_token": _first_token,
    "views": _views,
    "looks": _looks(130),
    "looks_short": _looks(4),
    "prompts": _prompts,
    "paste": _paste,
    "run_8": _run(8),
    "large_run": _large_run,
    "stream": _stream,
    "rank": _rank,
    "cases": _cases,
}
MECHANISMS = (
    Mechanism("two_phase_start", "ui/shell/frame.py, ui/shell/start.py", ("start", "first_token")),
    Mechanism("import_swap", "ui/__init__.py", ("start",)),
    Mechanism("gc_off_at_start", "host/garbage.py", ("start",)),
    Mechanism("gc_freeze", "host/garbage.py", ("stream", "run_8", "rank", "large_run")),
    Mechanism("preloader", "ui/shell/preloader.py", ("views",)),
    Mechanism("hidden_page_theme", "ui/widgets/hidden_page_theme.py", ("looks", "looks_short")),
    Mechanism("deferred_restyle", "ui/widgets/deferred_restyle.py", ("looks", "looks_short")),
    Mechanism("deferred_blocks", "ui/editor/deferred_blocks.py", ("looks",)),
    Mechanism("deferred_restyle,deferred_blocks,hidden_page_theme", "all three", ("looks", "looks_short")),
    Mechanism("idle_queue", "ui/widgets/idle_queue.py", ("prompts", "stream")),
    Mechanism("lane_slots", "ui/features/lanes/lane_slot.py, visible_lanes.py", ("prompts",)),
    Mechanism("chunked_insert", "ui/editor/chunked_insert.py", ("paste",)),
    Mechanism("small_collections", "host/garbage.py", ("rank", "cases")),
    Mechanism("thread_switches", "ui/main.py", ("cases", "rank", "stream", "start", "run_8")),
)


def _without() -> dict[str, str]:
    return {"BENCH_WITHOUT": _switched_off} if _switched_off else {}


_switched_off = ""


@contextlib.contextmanager
def _environment(**more: str) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(more)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _figures(found: Mapping[str, object], names: Sequence[str] = ()) -> Figures:
    """Return the median of each time that a walk noted, of those that begin with one of `names` if there are any."""
    return {
        name: statistics.median(took)
        for name, took in found.items()
        if isinstance(took, list) and (not names or name.startswith(tuple(names)))
    }


def _stop_maintenance(database: Path) -> None:
    """Let no backup begin meanwhile."""
    store = open_store(database, now=NOW, uid=lambda: "x")
    store.set_meta(CARE, MaintenanceRules(daily=False).to_text()).result(60)
    store.close()


def measure(scenario: str, without: Sequence[str], pairs: int) -> dict[str, list[Figures]]:
    """Do a scenario `pairs` times with everything ("") and without each mechanism; return the figures of each."""
    global _switched_off
    variants = ["", *without]
    samples: dict[str, list[Figures]] = {name: [] for name in variants}
    with SCENARIOS[scenario]() as sample:
        # The first makes byte code and caches, and decides nothing.
        sample()
        for number in range(pairs):
            turned = number % len(variants)
            for name in variants[turned:] + variants[:turned]:
                _switched_off = name
                try:
                    samples[name].append(sample())
                finally:
                    _switched_off = ""
    return samples


def lines(samples: Mapping[str, list[Figures]]) -> Iterator[str]:
    """Yield a line for each mechanism and figure of a scenario."""
    whole = samples[""]
    for name, found in samples.items():
        for figure in found[0] if name else ():
            pairs = [(a[figure], b[figure]) for a, b in zip(whole, found, strict=True) if figure in a and figure in b]
            if len(pairs) < 2:
                continue
            differences = [without - with_it for with_it, without in pairs]
            low, middle, high = statistics.quantiles(differences, n=4)
            with_it, without = (statistics.median(column) for column in zip(*pairs, strict=True))
            yield f"{name:20} {figure:56} {with_it:8.1f} {without:8.1f} {middle:+8.1f}  {low:+.1f} … {high:+.1f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.mechanisms")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="only this mechanism")
    parser.add_argument("--scenario", action="append", default=[], metavar="NAME", help="only this scenario")
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--list", action="store_true", help="list the mechanisms")
    options = parser.parse_args(arguments)
    if options.list:
        print("\n".join(f"{one.name:20} {one.home:52} {', '.join(one.scenarios)}" for one in MECHANISMS))
        return 0
    if not any(os.environ.get(key) for key in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY")):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    print(f"{'without':20} {'ms':56} {'with':>8} {'without':>8} {'brings':>8}  quartiles", flush=True)
    kept: dict[str, dict[str, list[Figures]]] = {}
    for scenario in SCENARIOS:
        names = [m.name for m in MECHANISMS if scenario in m.scenarios and (not options.only or m.name in options.only)]
        if not names or (options.scenario and scenario not in options.scenario):
            continue
        kept[scenario] = measure(scenario, names, options.pairs)
        print("\n".join(lines(kept[scenario])), flush=True)
        target = ROOT / "build" / "mechanisms.json"
        target.parent.mkdir(exist_ok=True)
        target.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
