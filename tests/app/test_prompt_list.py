"""The list of prompts: folders, the filter, and changes with as few steps as possible."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from workbench.app.prompts.arrangement import FolderRow, arrange
from workbench.app.prompts.list_model import PromptListModel
from workbench.core.runs import PromptRow


def prompt(name: str, folder: str = "", *tags: str) -> PromptRow:
    return PromptRow(name, name, 0, False, "", folder, tags)


ROWS = [prompt("One", "b"), prompt("Two"), prompt("Three", "A", "live"), prompt("Vier", "b"), prompt("Öl")]


def listed(model: PromptListModel) -> list[str]:
    return [model.row(position).name for position in range(model.rowCount())]


def test_prompts_without_a_folder_come_first_then_folders_by_name() -> None:
    assert [row.name for row in arrange(ROWS)] == ["Two", "Öl", "A", "Three", "b", "One", "Vier"]
    assert [row.count for row in arrange(ROWS) if isinstance(row, FolderRow)] == [1, 2]


def test_closed_folder_hides_its_prompts_unless_words_are_searched_for() -> None:
    assert [row.name for row in arrange(ROWS, {"b"})] == ["Two", "Öl", "A", "Three", "b"]
    assert [row.name for row in arrange(ROWS, {"b"}, "vi")] == ["b", "Vier"]


@pytest.mark.parametrize(
    ("words", "names"), [("ol", ["Öl"]), ("live", ["A", "Three"]), ("#live thr", ["A", "Three"]), ("zebra", [])]
)
def test_filter_finds_names_folders_and_tags(words: str, names: list[str]) -> None:
    assert [row.name for row in arrange(ROWS, (), words)] == names


def test_new_rows_are_inserted_as_blocks_without_a_reset(qtbot: QtBot) -> None:
    model = PromptListModel()
    model.set_rows(ROWS)
    inserted: list[tuple[int, int]] = []
    resets: list[None] = []
    model.rowsInserted.connect(lambda _, first, last: inserted.append((first, last)))
    model.modelReset.connect(lambda: resets.append(None))
    model.set_rows([*(prompt(f"new {number}") for number in range(300)), prompt("last", "b"), *ROWS])
    assert inserted == [(0, 299), (305, 305)]
    assert resets == []
    model.search("new 29")
    assert listed(model) == [f"new {number}" for number in range(300) if "29" in str(number)]
    model.search("")
    assert model.rowCount() == 300 + 3 + len(ROWS)
    assert resets == []


def test_toggled_folder_is_told_and_revealed_again(qtbot: QtBot) -> None:
    model = PromptListModel()
    model.set_rows(ROWS)
    with qtbot.waitSignal(model.folded):
        model.toggle("b")
    assert listed(model) == ["Two", "Öl", "A", "Three", "b"]
    assert model.position("Vier") == -1
    assert model.prompt("Vier") == ROWS[3]
    model.reveal("Vier")
    assert listed(model)[-1] == "Vier"
    assert not model.closed


def test_renamed_folder_row_requests_a_rename_of_the_folder(qtbot: QtBot) -> None:
    model = PromptListModel()
    model.set_rows(ROWS)
    with qtbot.waitSignal(model.folder_rename_requested) as told:
        model.setData(model.index(model.position("folder:b")), " c ")
    assert told.args == ["b", "c"]
