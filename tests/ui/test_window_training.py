"""Training files in the real window: preview and export."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog

from tests.ui.desk import Desk
from tests.ui.pasts import ORDER, judge
from workbench.core import training
from workbench.ui.features.training.dialog import TrainingDialog
from workbench.ui.features.training.handover_dialog import HandOverDialog

pytestmark = [pytest.mark.window, pytest.mark.usefixtures("short_pauses")]


def filled(desk: Desk) -> None:
    """Open a window over a history with verdicts, at the prompt that has them."""
    judge(desk.open().workbench.store)
    window = desk.window
    window.prompts.refresh()
    desk.until(lambda: window.prompts.model.position(ORDER) >= 0)
    window.choose_prompt(ORDER)
    desk.until(lambda: window.prompt_uid == ORDER and window.is_ready)


def opened(desk: Desk) -> TrainingDialog:
    desk.window.actions["training"].trigger()
    dialog = desk.window.dialogs.training
    assert dialog is not None
    desk.until(lambda: not dialog.progress.isVisible())
    return dialog


def test_palette_finds_training_files_by_fine_tune(desk: Desk) -> None:
    filled(desk)
    desk.ctrl(Qt.Key.Key_K)
    palette = desk.window.dialogs.palette
    assert palette is not None
    desk.until(lambda: QApplication.focusWidget() is palette.field)
    desk.type("fine-tune")
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: desk.window.dialogs.training)
    dialog = desk.window.dialogs.training
    assert dialog is not None
    desk.until(lambda: not dialog.progress.isVisible())
    dialog.reject()


def choose(desk: Desk, dialog: TrainingDialog, format_: str) -> None:
    dialog.format.setCurrentIndex(dialog.format.findData(format_))
    desk.until(lambda: not dialog.progress.isVisible())


def read(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_preview_equals_the_written_files(desk: Desk, tmp_path: Path) -> None:
    filled(desk)
    dialog = opened(desk)
    choose(desk, dialog, "trl-preference")
    assert dialog.made is not None
    train, validation = len(dialog.made.train), len(dialog.made.validation)
    assert (train, validation) == (3, 1)
    assert dialog.counts.text() == "3 rows to train with, 1 row for validation"
    assert dialog.rows.toPlainText() == "\n".join(dialog.made.train)
    assert dialog.against.text() == "CONTRADICTIONS, LEFT OUT · 1"
    assert "Is it blue?" in dialog.contradictions.item(0).text()
    assert "Enter the price per million tokens" in dialog.cost.text()
    dialog.price.setFocus()
    desk.type("25")
    desk.until(lambda: "at $25 per million" in dialog.cost.text())
    dialog.go.click()
    assert isinstance(dialog.files, QFileDialog)
    desk.until(dialog.files.isVisible)
    folder = tmp_path / "out"
    folder.mkdir()
    dialog.files.setDirectory(str(folder))
    dialog.files.selectFile(str(folder))
    dialog.files.accept()
    desk.until(lambda: dialog.told.text() == f"train.jsonl and validation.jsonl are in {folder}.")
    assert dialog.open_folder.isVisible()
    rows = read(folder / "train.jsonl")
    assert [json.dumps(row, ensure_ascii=False) for row in rows] == list(dialog.made.train)
    assert len(read(folder / "validation.jsonl")) == 1
    dialog.close()


@pytest.mark.parametrize(
    "name",
    [
        "openai-preference",
        "trl-kto",
        *(
            pytest.param(name, marks=pytest.mark.deep(only=True))
            for name in ("openai-sft", "trl-sft", "trl-preference")
        ),
    ],
)
def test_every_format_can_be_chosen_and_produces_valid_rows(desk: Desk, tmp_path: Path, name: str) -> None:
    filled(desk)
    dialog = opened(desk)
    choose(desk, dialog, name)
    made = dialog.made
    assert made is not None
    assert made.format.name == name
    assert [made.format.fault(json.loads(line)) for line in (*made.train, *made.validation)] == [""] * (
        len(made.train) + len(made.validation)
    )
    dialog.write_to(tmp_path)
    desk.until(lambda: dialog.told.sentence.property("role") == "good")
    assert len(read(tmp_path / "train.jsonl")) == len(made.train)
    dialog.close()


def test_only_starred_answers_are_used_when_chosen(desk: Desk) -> None:
    filled(desk)
    store = desk.window.store
    dialog = opened(desk)
    dialog.chosen.setCurrentIndex(dialog.chosen.findData("starred"))
    desk.until(lambda: dialog.told.text().startswith("There is nothing to train with"))
    assert not dialog.go.isEnabled()
    assert dialog.counts.text() == ""
    (uid,) = [uid for (uid,) in desk.rows("SELECT uid FROM outputs WHERE uid = 'r0.1.0'")]
    store.curation.star_answers([uid], True).result()
    dialog.share.setValue(0)
    desk.until(lambda: dialog.made is not None)
    assert dialog.made is not None
    assert len(dialog.made.train) == 1
    assert "No idea. 0" in dialog.made.train[0]
    dialog.close()


def test_price_that_is_not_a_number_is_reported(desk: Desk) -> None:
    filled(desk)
    dialog = opened(desk)
    dialog.price.setFocus()
    desk.type("cheap")
    desk.until(lambda: dialog.told.text().startswith("The price is not a number."))
    assert not dialog.go.isEnabled()
    dialog.price.clear()
    desk.type("$2,5")
    desk.until(lambda: dialog.made is not None and dialog.made.cost.per_million == 2.5)
    dialog.close()


def test_folder_that_cannot_be_written_is_reported(desk: Desk, tmp_path: Path) -> None:
    filled(desk)
    dialog = opened(desk)
    (tmp_path / "file").write_text("x")
    dialog.write_to(tmp_path / "file")
    desk.until(lambda: "cannot be written" in dialog.told.text())
    assert dialog.made is not None
    assert dialog.go.isEnabled()
    dialog.close()


def test_closing_cancels_a_slow_preview(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(desk)
    began, closed, parted = threading.Event(), threading.Event(), []
    compare, part = training._near, training._for_validation

    def slowly(one: str, other: str, least: float) -> bool:
        began.set()
        closed.wait(20)
        return compare(one, other, least)

    def parting(*args: object) -> set[str]:
        parted.append(args)
        return part(*args)  # type: ignore[arg-type] # as it was called

    monkeypatch.setattr(training, "_near", slowly)
    monkeypatch.setattr(training, "_for_validation", parting)
    desk.window.actions["training"].trigger()
    desk.until(began.is_set)
    dialog = desk.window.dialogs.training
    assert dialog is not None
    desk.press(Qt.Key.Key_Escape, on=dialog)
    desk.until(lambda: desk.window.dialogs.training is None)
    closed.set()
    # Closing the window waits for running work.
    desk.close()
    assert parted == []


def test_hand_over_is_reached_from_training_files_and_writes_the_folder(desk: Desk, tmp_path: Path) -> None:
    filled(desk)
    opened(desk).hand_over.click()
    dialog = hand_over(desk)
    assert desk.window.dialogs.training is None
    desk.until(lambda: dialog.made is not None)
    assert dialog.counts.text() == "Rows: quarter 1, half 2, all 3; 1 for validation"
    assert dialog.checks.text().startswith("To do: Rows, Labels agree, Hold-out, Guard sets.")
    assert "trl sft --model_name_or_path Qwen/Qwen3-8B" in dialog.document.toPlainText()
    dialog.base.setFocus()
    desk.type("own/model")
    desk.until(lambda: "--model_name_or_path own/model" in dialog.document.toPlainText())
    dialog.copy.click()
    assert QApplication.clipboard().text() == dialog.document.toPlainText()
    dialog.write_to(tmp_path / "out")
    desk.until(lambda: "HANDOVER.md is in" in dialog.told.text())
    assert (tmp_path / "out" / "HANDOVER.md").read_text("utf-8") == dialog.document.toPlainText()
    assert len(read(tmp_path / "out" / "trl" / "all" / "train.jsonl")) == 3
    dialog.price.setText("x")
    dialog.price.textEdited.emit("x")
    desk.until(lambda: dialog.told.text().startswith("The price is not a number."))
    assert not dialog.go.isEnabled()
    dialog.reject()
    desk.until(lambda: desk.window.dialogs.training_actions.handover.dialog is None)


def test_hand_over_says_why_there_is_nothing_to_train_with(desk: Desk) -> None:
    desk.open()
    desk.window.actions["handover"].trigger()
    dialog = hand_over(desk)
    desk.until(lambda: dialog.told.text().startswith("There is nothing to train with"))
    assert not dialog.go.isEnabled()
    assert not dialog.copy.isEnabled()
    desk.press(Qt.Key.Key_Escape)
    desk.until(lambda: desk.window.dialogs.training_actions.handover.dialog is None)


def hand_over(desk: Desk) -> HandOverDialog:
    desk.until(lambda: desk.window.dialogs.training_actions.handover.dialog is not None)
    dialog = desk.window.dialogs.training_actions.handover.dialog
    assert dialog is not None
    return dialog
