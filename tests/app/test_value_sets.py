"""The value sets of the draft."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from tests import depth
from workbench.app.compose.value_sets import ValueSets
from workbench.core.drafts import Draft, Values, ValueSet


class Screen:
    """Value sets over the values that a screen shows."""

    def __init__(self) -> None:
        self.values: Values = ()
        numbers = itertools.count(1)
        self.sets = ValueSets(lambda: self.values, lambda: f"u{next(numbers)}")
        self.sets.values_wanted.connect(self.put)
        self.seen: list[tuple[str, ...]] = []
        self.sets.changed.connect(lambda: self.seen.append(tuple(one.name for one in self.sets.sets)))

    def put(self, values: Values) -> None:
        self.values = values


def test_unnamed_values_become_the_first_set() -> None:
    screen = Screen()
    screen.values = (("question", "Where?"),)
    screen.sets.add()
    assert [(one.name, one.values, one.ticked) for one in screen.sets.sets] == [
        ("Case 1", (("question", "Where?"),), True),
        ("Case 2", (("question", "Where?"),), True),
    ]
    assert screen.values == (("question", "Where?"),)


def test_added_set_is_a_copy_of_the_shown_one_at_the_end() -> None:
    screen = Screen()
    first = ValueSet("a", "late", (("q", "one"), ("n", "2")), kinds=(("n", "number"),))
    screen.sets.load(Draft(sets=(first, ValueSet("b", "refund", (("q", "two"),))), active="a"))
    screen.values = (("q", "one, edited"), ("n", "2"))
    uid = screen.sets.add()
    added = screen.sets.sets[-1]
    assert (added.uid, added.name, added.values) == (uid, "Case 3", (("q", "one, edited"), ("n", "2")))
    assert (added.kinds, added.ticked) == ((("n", "number"),), True)
    screen.values = (("q", "three"), ("n", "2"))
    assert [dict(one.values)["q"] for one in screen.sets.sets] == ["one, edited", "two", "three"]


def test_switching_sets_keeps_typed_values() -> None:
    screen = Screen()
    screen.values = (("q", "one"),)
    second = screen.sets.add()
    screen.values = (("q", "two"),)
    screen.sets.step(1)
    assert screen.values == (("q", "one"),)
    screen.values = (("q", "one, changed"),)
    screen.sets.show(second)
    assert screen.values == (("q", "two"),)
    assert [one.values for one in screen.sets.sets] == [(("q", "one, changed"),), (("q", "two"),)]


def test_change_is_signalled_after_the_values_are_shown() -> None:
    screen = Screen()
    screen.values = (("q", "one"),)
    screen.sets.add()
    heard: list[Values] = []
    screen.sets.changed.connect(lambda: heard.append(screen.values))
    screen.sets.step(1)
    assert heard == [(("q", "one"),)]


def test_removed_set_is_restored_at_its_position() -> None:
    screen = Screen()
    screen.sets.add_rows([("a", (("q", "1"),)), ("b", (("q", "2"),)), ("c", (("q", "3"),))])
    middle = screen.sets.sets[1]
    screen.sets.show(middle.uid)
    back = screen.sets.remove(middle.uid)
    assert back is not None
    assert [one.name for one in screen.sets.sets] == ["a", "c"]
    assert screen.values == (("q", "3"),)
    back()
    assert [one.name for one in screen.sets.sets] == ["a", "b", "c"]
    assert screen.values == (("q", "2"),)
    back()
    assert len(screen.sets.sets) == 3


def test_removing_the_last_set_keeps_its_values() -> None:
    screen = Screen()
    screen.sets.add_rows([("a", (("q", "1"),))])
    screen.sets.remove(screen.sets.active)
    assert (screen.sets.sets, screen.sets.active, screen.values) == ((), "", (("q", "1"),))


def test_set_names_are_unique() -> None:
    screen = Screen()
    screen.sets.add_rows([("a", ()), ("a", ()), ("", ()), ("", ())])
    screen.sets.duplicate(screen.sets.sets[0].uid)
    assert [one.name for one in screen.sets.sets] == ["a", "a copy", "a 2", "Case 3", "Case 4"]


@depth.examples(60, 1500)
@given(st.lists(st.tuples(st.sampled_from(["add", "step", "type", "copy", "drop", "left", "tick"]), st.integers(0, 9))))
def test_values_never_move_to_another_set(steps: list[tuple[str, int]]) -> None:
    screen = Screen()
    expected: dict[str, Values] = {}
    for number, (step, place) in enumerate(steps):
        uids = [one.uid for one in screen.sets.sets]
        uid = uids[place % len(uids)] if uids else ""
        acts: dict[str, Callable[[], object]] = {
            "add": lambda: screen.sets.add(),
            "step": lambda: screen.sets.step(1),
            "copy": lambda uid=uid: screen.sets.duplicate(uid),  # type: ignore[misc]
            "left": lambda uid=uid: screen.sets.move(uid, -1),  # type: ignore[misc]
            "tick": lambda uid=uid: screen.sets.tick(uid, ticked=True),  # type: ignore[misc]
            "drop": lambda uid=uid: screen.sets.remove(uid),  # type: ignore[misc]
            "type": lambda number=number: screen.put((("q", str(number)),)),  # type: ignore[misc]
        }
        acts[step]()
        now = {one.uid: one.values for one in screen.sets.sets}
        if step == "type" and screen.sets.active:
            expected[screen.sets.active] = screen.values
        for known in list(expected):
            if known not in now:
                del expected[known]
        assert {k: v for k, v in now.items() if k in expected} == expected
        expected = now
        draft = Draft(values=screen.values, sets=screen.sets.sets, active=screen.sets.active)
        assert Draft.from_json(draft.to_json(is_whole=True)) == draft


def test_values_forgotten_in_every_set_can_be_restored() -> None:
    screen = Screen()
    screen.values = (("a", "1"), ("b", "2"))
    bring_back = screen.sets.forget(("b",))
    assert screen.values == (("a", "1"),)
    bring_back()
    assert screen.values == (("a", "1"), ("b", "2"))
    second = screen.sets.add()
    screen.values = (("b", "3"), ("c", "4"))
    bring_back = screen.sets.forget(("b", "c"))
    assert [one.values for one in screen.sets.sets] == [(("a", "1"),), ()]
    screen.values = (("c", "typed meanwhile"),)
    screen.sets.step(-1)
    bring_back()
    assert screen.values == (("a", "1"), ("b", "2"))
    screen.sets.show(second)
    assert dict(screen.values) == {"c": "typed meanwhile", "b": "3"}


LATE = ValueSet("case-1", "Late", (("q", "late"),), ticked=True)


def test_case_becomes_a_set_and_undo_removes_the_set() -> None:
    screen = Screen()
    screen.values = (("q", "mine"),)
    undo = screen.sets.use(LATE)
    assert [(one.uid, one.name) for one in screen.sets.sets] == [("u1", "Case 1"), ("case-1", "Late")]
    assert (screen.sets.active, screen.values) == ("case-1", (("q", "late"),))
    undo()
    assert (screen.sets.sets, screen.sets.active, screen.values) == ((), "", (("q", "mine"),))
    undo()
    assert screen.values == (("q", "mine"),)


def test_case_used_again_resets_the_values_of_its_set() -> None:
    screen = Screen()
    screen.values = (("q", "mine"),)
    screen.sets.use(LATE)
    screen.values = (("q", "late, changed"),)
    screen.sets.step(1)
    undo = screen.sets.use(LATE)
    assert [one.uid for one in screen.sets.sets] == ["u1", "case-1"]
    assert screen.values == (("q", "late"),)
    undo()
    assert [one.values for one in screen.sets.sets] == [(("q", "mine"),), (("q", "late, changed"),)]
    assert (screen.sets.active, screen.values) == ("u1", (("q", "mine"),))


def test_undoing_a_case_keeps_later_sets() -> None:
    screen = Screen()
    undo = screen.sets.use(LATE)
    screen.sets.add()
    screen.values = (("q", "new"),)
    undo()
    assert [(one.name, one.values) for one in screen.sets.sets] == [("Case 2", (("q", "new"),))]
    assert screen.values == (("q", "new"),)


def test_new_case_does_not_get_the_name_of_one_that_is_not_in_compose() -> None:
    screen = Screen()
    screen.sets.load(Draft(), 40)
    screen.sets.remove(screen.sets.add())
    screen.sets.add()
    assert [one.name for one in screen.sets.sets] == ["Case 42"]
    screen.sets.load(Draft(), 0)
    screen.sets.add()
    assert [one.name for one in screen.sets.sets] == ["Case 1"]
