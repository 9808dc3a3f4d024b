"""Cases of the draft are written where they changed here, and followed where they changed elsewhere."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future

import pytest
from pytestqt.qtbot import QtBot

from workbench.app.compose.draft_cases import DraftCases
from workbench.app.compose.value_sets import ValueSets
from workbench.app.tasks import Tasks
from workbench.core.drafts import Draft, Values, ValueSet
from workbench.store import StoreError

ADA = ValueSet("a", "Ada", (("q", "1"),), ticked=True)
BO = ValueSet("b", "Bo", (("q", "2"),))


class House:
    """A draft with cases over a history that another window may change."""

    def __init__(self, tasks: Tasks) -> None:
        numbers = itertools.count(1)
        self.values: Values = ADA.values
        self.sets = ValueSets(lambda: self.values, lambda: f"u{next(numbers)}")
        self.sets.values_wanted.connect(self.put)
        self.sets.values_followed.connect(self.put)
        self.sets.changed.connect(self.typed)
        self.cases = DraftCases(self, tasks, self.sets)
        self.stored: dict[str, ValueSet] = {"a": ADA, "b": BO}
        self.writes: list[dict[str, ValueSet | None]] = []
        self.error: Exception | None = None
        self.is_saved = True
        self.asked: list[Sequence[str]] = []
        self.may_read = threading.Event()
        self.may_read.set()
        self.sets.load(Draft(sets=(ADA, BO), values=self.values, active="a"))
        self.cases.load("p", self.stored, self)

    def put(self, values: Values) -> None:
        self.values = values

    def typed(self) -> None:
        self.is_saved = False

    def touch(self) -> None:
        self.typed()

    def flush(self) -> None:
        if not self.is_saved:
            self.save()

    def save(self) -> None:
        self.is_saved = self.error is None
        self.cases.save("p", Draft(values=self.values, sets=self.sets.sets, active=self.sets.active))

    def save_draft(self, prompt_uid: str, draft: Draft, known: Mapping[str, ValueSet] | None = None) -> Future[None]:
        assert known is not None
        future: Future[None] = Future()
        changed = {
            uid: one
            for uid, one in draft.sets_by_uid.items()
            if known.get(uid) != one and (uid in known or uid not in self.stored)
        }
        self.writes.append({uid: known.get(uid) for uid in changed})
        if self.error is not None:
            future.set_exception(self.error)
        else:
            self.stored.update(changed)
            future.set_result(None)
        return future

    def chosen_cases(self, prompt_uid: str, uids: Sequence[str]) -> dict[str, ValueSet]:
        self.asked.append(uids)
        assert self.may_read.wait(30)
        return {uid: self.stored[uid] for uid in uids if uid in self.stored}

    def names(self) -> list[str]:
        return [one.name for one in self.sets.sets]


@pytest.fixture
def house(qtbot: QtBot) -> Iterator[House]:
    tasks = Tasks()
    yield House(tasks)
    tasks.close()


def test_only_changed_cases_are_written_and_announced(house: House, qtbot: QtBot) -> None:
    said: list[int] = []
    house.cases.written.connect(lambda: said.append(1))
    house.save()
    assert house.writes == [{}]
    house.values = (("q", "1!"),)
    house.save()
    house.save()
    assert house.writes[1:] == [{"a": ADA}, {}]
    qtbot.waitUntil(lambda: len(said) == 1)


def test_failed_write_is_repeated_whole(house: House, qtbot: QtBot) -> None:
    house.values, house.error = (("q", "1!"),), StoreError("The disk is full.", "", "full")
    house.save()
    house.error = None
    qtbot.waitUntil(lambda: house.cases._known["a"].name == "")
    house.save()
    assert house.writes == [{"a": ADA}, {"a": ValueSet("a", "")}]
    assert dict(house.stored["a"].values) == {"q": "1!"}


def test_changes_elsewhere_are_shown(house: House, qtbot: QtBot) -> None:
    house.stored = {"a": ValueSet("a", "Ada B.", (("q", "theirs"),)), "b": BO}
    house.cases.follow()
    qtbot.waitUntil(lambda: house.names() == ["Ada B.", "Bo"])
    assert house.values == (("q", "theirs"),)
    assert [one.ticked for one in house.sets.sets] == [True, False]
    house.save()
    assert house.writes == [{}], "what was read is not written"


def test_changes_elsewhere_wait_until_what_is_typed_is_stored(house: House, qtbot: QtBot) -> None:
    house.values, house.is_saved = (("q", "typed"),), False
    house.stored["b"] = ValueSet("b", "Their Bo", (("q", "2"),))
    house.cases.follow()
    assert house.asked == []
    house.save()
    qtbot.waitUntil(lambda: house.names() == ["Ada", "Their Bo"])
    assert house.values == (("q", "typed"),)


def test_changes_elsewhere_are_read_again_when_a_save_ended_meanwhile(house: House, qtbot: QtBot) -> None:
    house.stored["b"] = ValueSet("b", "Their Bo", (("q", "2"),))
    house.may_read.clear()
    house.cases.follow()
    said: list[int] = []
    house.cases.written.connect(lambda: said.append(1))
    house.values = (("q", "typed"),)
    house.save()
    qtbot.waitUntil(lambda: said == [1])
    house.may_read.set()
    qtbot.waitUntil(lambda: house.names() == ["Ada", "Their Bo"])
    assert house.values == (("q", "typed"),)


def test_case_deleted_elsewhere_leaves_and_comes_back_to_its_place(house: House, qtbot: QtBot) -> None:
    del house.stored["a"]
    house.cases.follow()
    qtbot.waitUntil(lambda: house.names() == ["Bo"])
    assert (house.sets.active, house.values) == ("b", BO.values)
    house.save()
    assert house.writes == [{}]
    house.stored["a"] = ADA
    house.cases.follow()
    qtbot.waitUntil(lambda: house.names() == ["Ada", "Bo"])
    assert (house.sets.active, house.values) == ("a", ADA.values)
    assert house.sets.sets[0].ticked


def test_values_of_the_last_case_stay_without_a_name(house: House, qtbot: QtBot) -> None:
    house.stored.clear()
    house.cases.follow()
    qtbot.waitUntil(lambda: house.names() == [])
    assert (house.sets.active, house.values) == ("", ADA.values)


def test_case_that_is_not_stored_yet_stays(house: House, qtbot: QtBot) -> None:
    fresh = house.sets.add()
    house.is_saved = True
    house.stored["b"] = ValueSet("b", "Their Bo", (("q", "2"),))
    house.cases.follow()
    qtbot.waitUntil(lambda: "Their Bo" in house.names())
    assert house.sets.active == fresh


def test_what_was_typed_into_a_case_is_stored_before_it_is_removed(house: House) -> None:
    house.values, house.is_saved = (("q", "last letters"),), False
    house.sets.remove("a")
    assert dict(house.stored["a"].values) == {"q": "last letters"}
    assert house.names() == ["Bo"]


def test_case_that_is_brought_in_is_shown_as_it_is_now(house: House, qtbot: QtBot) -> None:
    house.stored["c"] = ValueSet("c", "Cy", (("q", "now"),))
    house.sets.use(ValueSet("c", "Cy", (("q", "as it was tested"),)))
    assert house.writes == [{}], "a past state does not replace it"
    qtbot.waitUntil(lambda: house.values == (("q", "now"),))


def test_what_is_typed_at_once_into_a_case_that_is_brought_in_is_stored(house: House) -> None:
    house.stored["c"] = cy = ValueSet("c", "Cy", (("q", "now"),), ticked=True)
    house.sets.use(cy)
    house.values = (("q", "now!"),)
    house.save()
    assert house.writes == [{}, {"c": cy}]
    assert dict(house.stored["c"].values) == {"q": "now!"}


def test_case_of_a_restored_draft_is_stored_before_it_is_typed_into(house: House) -> None:
    house.stored["c"] = cy = ValueSet("c", "Cy", (("q", "now"),))
    house.values = cy.values
    house.sets.load(Draft(values=cy.values, sets=(ADA, BO, cy), active="c"))
    assert house.writes == [{}]


def test_nothing_is_read_without_cases(house: House) -> None:
    house.sets.load(Draft())
    house.cases.load("q", {}, house)
    house.cases.follow()
    assert house.asked == []
