"""Maintenance of the history: daily backups, freed space, and rules that delete nothing by default."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.making import FULL_RESULT, LATER, NOW, opened, run, text
from workbench.core.maintenance import CARE, MaintenanceRules
from workbench.store import Store, StoreError
from workbench.store.maintenance.backups import FOLDERS, folder_of, remembered_folders
from workbench.usecases.history_replacement import restore
from workbench.usecases.maintenance import FreedSpace, HistoryCheck, Maintenance


class Clock:
    def __init__(self, now: str) -> None:
        self.now = now

    def __call__(self) -> str:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock("2026-11-24T14:00:00.000Z")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = opened(tmp_path / "history.db")
    store.create_prompt("p", "Order bot", NOW).result(60)
    yield store
    store.close()


@pytest.fixture
def care(store: Store, clock: Clock) -> Maintenance:
    return Maintenance(store, clock)


def answered(store: Store, name: str, at: str = NOW) -> None:
    store.begin_run(run(name, text("Hi"), at=at)).result(60)
    store.finish_output(f"{name}.0.0", FULL_RESULT, at).result(60)


def test_daily_backup_is_made_only_after_changes(care: Maintenance, store: Store, clock: Clock) -> None:
    first = care.back_up_if_due()
    assert first is not None
    assert not first.by_hand
    assert care.back_up_if_due() is None
    clock.now = "2026-11-25T14:00:00.000Z"
    assert care.back_up_if_due() is None
    answered(store, "r", "2026-11-25T13:00:00.000Z")
    second = care.back_up_if_due()
    assert second is not None
    assert care.backups() == [second, first]


def test_old_backups_are_removed_after_a_new_one(care: Maintenance, store: Store, clock: Clock) -> None:
    care.set_rules(MaintenanceRules(keep=2))
    for day in range(1, 5):
        clock.now = f"2026-12-0{day}T14:00:00.000Z"
        answered(store, f"r{day}", f"2026-12-0{day}T13:00:00.000Z")
        assert care.back_up_if_due() is not None
    assert [backup.made_at[:10] for backup in care.backups()] == ["2026-12-04", "2026-12-03"]


def test_daily_backups_can_be_off_while_manual_ones_work(care: Maintenance) -> None:
    care.set_rules(MaintenanceRules(daily=False))
    assert care.back_up_if_due() is None
    assert care.back_up().by_hand
    assert len(care.backups()) == 1


def test_backups_are_stored_in_the_chosen_folder(care: Maintenance, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    care.set_rules(MaintenanceRules(folder=str(elsewhere)))
    with pytest.raises(StoreError) as caught:
        care.back_up()
    assert f"The folder for backups, {elsewhere}, is not there." in caught.value.sentence
    assert not elsewhere.exists()
    elsewhere.mkdir()
    assert care.back_up().path.parent == elsewhere


def test_failed_backup_raises_and_removes_no_old_one(care: Maintenance, store: Store, clock: Clock) -> None:
    assert care.back_up_if_due() is not None
    clock.now = "2026-11-26T14:00:00.000Z"
    answered(store, "r", "2026-11-26T13:00:00.000Z")
    care.set_rules(MaintenanceRules(keep=1, folder=str(store.path)))
    with pytest.raises(StoreError):
        care.back_up_if_due()
    care.set_rules(MaintenanceRules(keep=1))
    assert len(care.backups()) == 1


def test_damaged_rules_are_replaced_by_defaults_that_delete_nothing(care: Maintenance, store: Store) -> None:
    store.set_meta(CARE, '{"raw_days": "all"}').result(60)
    assert care.rules() == MaintenanceRules()
    answered(store, "r", "2020-01-01T00:00:00.000Z")
    assert care.tidy() == 0


def test_rule_drops_old_raw_responses(care: Maintenance, store: Store) -> None:
    answered(store, "old", "2026-01-01T00:00:00.000Z")
    answered(store, "new", NOW)
    care.set_rules(MaintenanceRules(raw_days=30))
    assert care.tidy() == 1
    assert care.droppable()[0] == 1


def test_rule_is_applied_even_if_the_backup_folder_is_missing(care: Maintenance, store: Store, tmp_path: Path) -> None:
    answered(store, "old", "2026-01-01T00:00:00.000Z")
    care.set_rules(MaintenanceRules(raw_days=30, folder=str(tmp_path / "gone")))
    with pytest.raises(StoreError, match="is not there"):
        care.look_after(threading.Event())
    assert care.droppable()[0] == 0


def test_nothing_is_dropped_when_the_backup_is_damaged(
    care: Maintenance, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsound(*_: object, **__: object) -> None:
        raise StoreError("This backup is damaged.", "", "corrupt")

    answered(store, "old", "2026-01-01T00:00:00.000Z")
    care.set_rules(MaintenanceRules(raw_days=30))
    monkeypatch.setattr(store.upkeep, "backup", unsound)
    with pytest.raises(StoreError, match="damaged"):
        care.look_after(threading.Event())
    assert care.droppable()[0] == 1


def test_freeing_space_reports_its_steps_and_can_be_stopped(care: Maintenance, store: Store) -> None:
    for number in range(3):
        answered(store, f"r{number}")
    said: list[str] = []
    freed = care.make_smaller(threading.Event(), said.append)
    assert freed.responses == 3
    assert not freed.stopped
    assert said == ["Dropped 3 raw responses…", "Freeing disk space…"]
    answered(store, "again")
    stop = threading.Event()
    stop.set()
    assert care.make_smaller(stop, said.append) == FreedSpace(0, 0, stopped=True)
    assert care.droppable()[0] == 1


def test_valid_history_passes_the_check(care: Maintenance, store: Store) -> None:
    answered(store, "r")
    assert care.check() == HistoryCheck()
    assert care.size().total > 0


def test_restored_history_keeps_the_current_rules_and_backup_folder(
    care: Maintenance, store: Store, tmp_path: Path
) -> None:
    """A rule that drops nothing any more must not come back, nor must the backups be looked for elsewhere."""
    care.set_rules(MaintenanceRules(raw_days=1))
    old = care.back_up()
    usb = tmp_path / "usb"
    usb.mkdir()
    care.set_rules(MaintenanceRules(keep=3, folder=str(usb)))
    path = store.path
    store.close()
    restore(path, old.path, LATER)
    (kept,) = usb.iterdir()
    again = opened(path)
    restored = Maintenance(again, lambda: LATER)
    assert restored.rules() == MaintenanceRules(keep=3, folder=str(usb))
    assert [backup.path for backup in restored.backups()] == [kept]
    assert remembered_folders(again.get_meta(FOLDERS)) == (folder_of(path),)
    again.close()


def test_restored_history_uses_the_backups_rules_if_current_are_unreadable(care: Maintenance, store: Store) -> None:
    care.set_rules(MaintenanceRules(keep=5))
    old = care.back_up()
    path = store.path
    store.close()
    path.write_bytes(b"damaged" * 1000)
    restore(path, old.path, LATER)
    again = opened(path)
    assert Maintenance(again, lambda: LATER).rules() == MaintenanceRules(keep=5)
    again.close()
