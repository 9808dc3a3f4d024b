"""The fourteen tasks: how each is prepared, done, and seen to be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.e2e.first_hour.desk import Desk
from tests.e2e.first_hour.hands import Hands

_FINISHED = "SELECT 1 FROM outputs WHERE state = 'finished'"
_LANES = ("--model", "lab/fake-1", "--model", "lab/fake-2")


@dataclass(frozen=True)
class Task:
    """One task. `goal` is the most actions that it may take, None where none was set.

    `before` is what it took before the first hour was made easier: six figures are from a trial by hand, the others
    from this program with the fewest keys, on the tree of 28 November 2026. Then, a tool could not be pasted.
    """

    name: str
    do: Callable[[Desk, Hands], None]
    prepare: Callable[[Desk], None] = lambda desk: None
    goal: int | None = None
    before: int = 0


def _lab(desk: Desk) -> None:
    desk.terminal("endpoint", "add", desk.fake.base_url, "--name", "lab")


def _greeting(desk: Desk, *lanes: str) -> None:
    _lab(desk)
    desk.terminal("prompt", "new", "Greeting", "Say hello", *(lanes or _LANES))


def _answered(desk: Desk) -> None:
    _greeting(desk)
    desk.terminal("run", "--prompt", "Greeting")


def _two_answered(desk: Desk) -> None:
    _answered(desk)
    desk.terminal("run", "Say farewell", "--prompt", "Greeting", *_LANES)


def _first_answer(desk: Desk, hands: Hands) -> None:
    hands.press("ctrl+n", "Return")
    hands.type("Say hello")
    hands.press("ctrl+l")
    hands.type(desk.fake.base_url)
    hands.press("Return", "Return", "ctrl+Return")
    desk.wait_for_rows("the answer", f"{_FINISHED} AND text LIKE 'Hello from fake-1%'")


def _three_words(desk: Desk, hands: Hands) -> None:
    hands.press("ctrl+e")
    hands.type("in three words ")
    hands.press("ctrl+Return")
    desk.wait_for_rows("the answers", _FINISHED, 4)


def _two_models(desk: Desk, hands: Hands) -> None:
    hands.press("ctrl+l")
    hands.type("fake-2")
    hands.press("Return", "ctrl+l")
    hands.type("fake-3")
    hands.press("ctrl+Return")
    desk.wait_for_rows("the answers of three models", _FINISHED, 3)


def _winner(desk: Desk, hands: Hands) -> None:
    hands.press("ctrl+2")
    desk.wait_for_rows("the verdict", "SELECT 1 FROM verdicts WHERE kind = 'winner'")


def _restore(desk: Desk, hands: Hands) -> None:
    hands.press("alt+3")
    hands.type("farewell")
    hands.press("Down", "ctrl+shift+o")
    desk.wait_for_rows("the restored text", "SELECT 1 FROM drafts WHERE body LIKE '%Say farewell%'")


def _diff(desk: Desk, hands: Hands) -> None:
    hands.press("ctrl+d")


def _ten_pairs(desk: Desk, hands: Hands) -> None:
    hands.press("alt+4", "j")
    for _ in range(10):
        hands.press("1")
    desk.wait_for_rows("ten verdicts", "SELECT 1 FROM verdicts", 10)


def _pairs(desk: Desk) -> None:
    _answered(desk)
    for _ in range(10):
        desk.terminal("run", "--prompt", "Greeting")


def _pack(desk: Desk, hands: Hands) -> None:
    hands.press("ctrl+k")
    hands.type("pack")
    hands.press("Return", "Return", "Return")
    hands.wait("the pack", lambda: list(desk.home.glob("*.promptpack")))


def _key(desk: Desk, hands: Hands) -> None:
    hands.press("ctrl+comma", "Tab")
    hands.type("anthropic")
    hands.press("Return")
    hands.type("sk-first-hour")
    hands.press("Return")


def _examples(desk: Desk, hands: Hands) -> None:
    with desk.copied("2 + 2\t4\n3 + 3\t6"):
        hands.press("ctrl+shift+v")
        desk.wait_for_rows("the stored examples", "SELECT 1 FROM drafts WHERE body LIKE '%3 + 3%'")
    with desk.copied('{"type": "object"}'):
        hands.press("ctrl+shift+v")
        stored = "SELECT 1 FROM drafts WHERE body LIKE '%3 + 3%' AND body LIKE '%object%'"
        desk.wait_for_rows("the stored schema", stored)


def _tool(desk: Desk, hands: Hands) -> None:
    with desk.copied('[{"name": "find_order", "input_schema": {"type": "object"}}]'):
        hands.press("ctrl+shift+v")
        desk.wait_for_rows("the stored tool", "SELECT 1 FROM drafts WHERE body LIKE '%find_order%'")
    hands.press("ctrl+Return")
    desk.wait_for_rows("the answers", _FINISHED, 4)


def _three_lanes(desk: Desk) -> None:
    _greeting(desk, *_LANES, "--model", "lab/fake-3")


def _sets(desk: Desk, hands: Hands) -> None:
    hands.press("ctrl+e")
    hands.type("{{name}} ")
    hands.press("ctrl+k")
    hands.type("paste rows")
    hands.press("Return")
    hands.type("name\nAnn\nBen\nCid\nDee\nEve")
    hands.press("ctrl+Return", "ctrl+Return")
    desk.wait_for_rows("fifteen answers", _FINISHED, 15)


def _improve(desk: Desk, hands: Hands) -> None:
    hands.press("ctrl+i")
    hands.type("Be brief")
    hands.press("ctrl+Return")
    desk.wait_for_rows("the proposal", "SELECT 1 FROM runs JOIN outputs ON run_id = runs.id WHERE kind = 'improve'")
    hands.press("ctrl+Return")
    desk.wait_for_rows("the improved draft", "SELECT 1 FROM drafts WHERE body LIKE '%briefly%'")


def _loop(desk: Desk, hands: Hands) -> None:
    hands.press("ctrl+Return")
    desk.wait_for_rows("the answers", _FINISHED, 2)
    hands.press("ctrl+2", "ctrl+e")
    hands.type("Be brief. ")
    hands.press("ctrl+Return")
    desk.wait_for_rows("the answers", _FINISHED, 4)
    hands.press("ctrl+1", "alt+Left", "ctrl+shift+o")
    desk.wait_for_rows("two verdicts", "SELECT 1 FROM verdicts", 2)


TASKS = (
    Task("first answer", _first_answer, goal=8, before=13),
    Task("three words and rerun", _three_words, _answered, before=3),
    Task("two more models", _two_models, lambda desk: _greeting(desk, "--model", "lab/fake-1"), goal=6, before=13),
    Task("winner", _winner, _answered, before=1),
    Task("find and restore by a word", _restore, _two_answered, before=4),
    Task("word diff", _diff, _two_answered, before=1),
    Task("judge ten pairs", _ten_pairs, _pairs, before=12),
    Task("pack", _pack, _answered, goal=5, before=9),
    Task("key", _key, goal=6, before=10),
    Task("examples and schema", _examples, _answered, goal=10, before=18),
    Task("tool", _tool, _answered, before=5),
    Task("five sets × three lanes", _sets, _three_lanes, goal=9, before=14),
    Task("improve", _improve, _answered, before=6),
    Task("the loop without a mouse", _loop, _greeting, before=8),
)
