"""Files are attached to messages in the real window, and stored in its history."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from tests.ui.desk import Desk
from workbench.core.content import Message
from workbench.ui.editor.block import MessageBlock
from workbench.ui.features.compose.attachments import PASTED, thumbnail


def png(width: int = 64, height: int = 32) -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("teal"))
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return data.data()


def files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def drop(block: MessageBlock, data: QMimeData, on: QWidget | None = None) -> Qt.DropAction:
    """Drop on the text like the platform does; return the answers to the drag events."""
    enter = QDragEnterEvent(
        QPoint(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(on or block.field.viewport(), enter)
    assert enter.isAccepted()
    event = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction | Qt.DropAction.MoveAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    event.setDropAction(Qt.DropAction.MoveAction)
    QApplication.sendEvent(on or block.field.viewport(), event)
    return event.dropAction()


def user(desk: Desk) -> MessageBlock:
    return [block for block in desk.window.editor.blocks if block.role == "user"][-1]


def stored_user(desk: Desk) -> Message:
    draft = desk.stored_draft()
    assert draft is not None
    return [m for m in draft.content.messages if m.role == "user"][-1]


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "a photo of the parcel.png"
    path.write_bytes(png())
    return path


def test_dropped_picture_is_stored_shown_sent_and_undoable(desk: Desk, picture: Path) -> None:
    window = desk.open()
    action = drop(user(desk), files(picture))
    assert action == Qt.DropAction.CopyAction
    desk.until(lambda: user(desk).chips)
    (chip,) = user(desk).chips
    desk.until(lambda: chip.has_picture)
    assert chip.about() == f"{len(png())} bytes"
    assert chip.accessibleName() == f"Attached file {picture.name}, {chip.about()}"
    (file,) = window.editor.content().messages[-1].attachments
    assert (file.name, file.media_type) == (picture.name, "image/png")
    assert window.store.blob(file.hash) == png()
    desk.run()
    desk.until_rows([(1,)], "SELECT count(*) FROM contents WHERE body LIKE ?", f"%{file.hash}%")
    window.editor.undo()
    assert not user(desk).chips
    window.editor.redo()
    assert [c.attachment for c in user(desk).chips] == [file]


def test_removing_a_file_by_keyboard_is_saved_in_the_draft(desk: Desk, picture: Path, tmp_path: Path) -> None:
    window = desk.open()
    notes = tmp_path / "notes.md"
    notes.write_text("# Notes", "utf-8")
    drop(user(desk), files(picture, notes, picture))
    desk.until(lambda: len(user(desk).chips) == 2)
    desk.until(lambda: user(desk).chips[1].about() == "7 bytes of text")
    window.draft_saver.flush()
    desk.until(lambda: len(stored_user(desk).attachments) == 2)
    first = user(desk).chips[0]
    user(desk).field.setFocus()
    desk.ctrl(Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is first.remove
    desk.press(Qt.Key.Key_Delete)
    assert [c.attachment.name for c in user(desk).chips] == ["notes.md"]
    window.draft_saver.flush()
    desk.until(lambda: [a.name for a in stored_user(desk).attachments] == ["notes.md"])


def test_pasted_picture_is_attached_but_a_table_cell_is_pasted_as_text(desk: Desk) -> None:
    desk.open()
    image = QImage.fromData(png())
    cell = QMimeData()
    cell.setImageData(image)
    cell.setText("cell")
    field = user(desk).field
    before = field.exact()
    field.insertFromMimeData(cell)
    assert field.exact() == "cell" + before
    pasted = QMimeData()
    pasted.setImageData(image)
    assert field.canInsertFromMimeData(pasted)
    field.insertFromMimeData(pasted)
    desk.until(lambda: [c.attachment.name for c in user(desk).chips] == [PASTED])
    assert field.exact() == "cell" + before


def test_unsupported_files_are_refused_with_a_note_below_the_message(desk: Desk, tmp_path: Path) -> None:
    window = desk.open()
    pdf, pipe = tmp_path / "a.pdf", tmp_path / "pipe"
    pdf.write_bytes(b"%PDF\xff\0")
    os.mkfifo(pipe)
    drop(user(desk), files(pdf, pipe, tmp_path / "gone.txt", tmp_path))
    desk.until(lambda: "neither a picture" in user(desk)._note.text())
    said = user(desk)._note.text()
    assert "“pipe” is not a file" in said
    assert "“gone.txt” cannot be read (no such file or directory)" in said
    assert not user(desk).chips
    assert not window.editor.can_undo
    user(desk).field.setFocus()
    desk.type("x")
    assert not user(desk)._note.is_shown


def test_files_are_accepted_only_in_user_messages(desk: Desk, picture: Path) -> None:
    window = desk.open()
    block = next(block for block in window.editor.blocks if block.role == "system")
    before = block.field.exact()
    drop(block, files(picture))
    assert "Only user messages" in block._note.text()
    assert block.field.exact() == before
    assert not block.chips


def test_file_can_be_dropped_on_a_message_outside_its_text(desk: Desk, picture: Path) -> None:
    desk.open()
    drop(user(desk), files(picture), on=user(desk))
    desk.until(lambda: user(desk).chips)


def test_changing_the_role_of_a_message_with_files_shows_a_note(desk: Desk, picture: Path) -> None:
    window = desk.open()
    drop(user(desk), files(picture))
    desk.until(lambda: user(desk).chips)
    block = user(desk)
    block.role_wanted.emit(block, "assistant")
    desk.until(lambda: "Only user messages" in block._note.text())
    window.editor.undo()
    desk.until(lambda: not block._note.is_shown)


def test_files_are_chosen_in_a_dialog(desk: Desk, picture: Path) -> None:
    window = desk.open()
    attaching = window.attachments
    window.command("attach")
    dialog = attaching.dialog
    assert isinstance(dialog, QFileDialog)
    dialog.selectFile(str(picture))
    dialog.filesSelected.emit([str(picture)])
    dialog.done(1)
    desk.until(lambda: [c.attachment.name for c in user(desk).chips] == [picture.name])
    assert attaching.dialog is None


def test_files_of_a_past_iteration_are_shown_read_only(desk: Desk, picture: Path) -> None:
    window = desk.open()
    drop(user(desk), files(picture))
    desk.until(lambda: user(desk).chips)
    desk.run()
    desk.run()
    window.step(1)
    desk.until(lambda: window.viewing is not None)
    past: Any = window.past_editor
    desk.until(lambda: any(block.chips for block in past.blocks))
    (chip,) = (chip for block in past.blocks for chip in block.chips)
    desk.until(lambda: chip.has_picture)
    assert chip.remove.isHidden()
    assert hashlib.sha256(png()).hexdigest() == chip.attachment.hash


@pytest.mark.qt_log_ignore("Not a JPEG file")
def test_thumbnails_are_scaled_and_require_data_of_the_declared_type() -> None:
    assert thumbnail(png(400, 100), "image/png", 40).size().toTuple() == (40, 10)
    assert thumbnail(png(2000, 1), "image/png", 40).size().toTuple() == (40, 1)
    assert thumbnail(png(), "image/jpeg", 40).isNull()
    assert thumbnail(b"text", "text/plain", 40).isNull()
    assert thumbnail(png()[:30], "image/png", 40).isNull()
