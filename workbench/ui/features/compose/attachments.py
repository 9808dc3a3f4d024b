"""Attaches files to messages: dropped, pasted, or chosen in a dialog.

Invariant: bytes are read, stored and decoded off the UI thread; a message refers to a file only after the history
contains it. A refusal is shown below the message it concerns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QObject, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPixmap
from PySide6.QtWidgets import QFileDialog

from workbench.core.attachments import EXTENSIONS, PICTURES
from workbench.core.blocks import Attachment
from workbench.core.byte_sizes import show_bytes
from workbench.store import StoreError
from workbench.ui.editor import ContentEditor
from workbench.ui.editor.block import MessageBlock
from workbench.ui.editor.chips import AttachmentChip
from workbench.ui.shell.pack_drops import take_pack
from workbench.usecases.problems import problem_of

if TYPE_CHECKING:
    from workbench.ui.draft_page.view import ComposeView
    from workbench.ui.shell.services import Services
    from workbench.usecases.attachments import Attachments

PASTED = "Pasted image.png"
MOST_PIXELS = 24_000_000
"""A larger picture has no thumbnail, unless its decoder can scale while decoding."""
_FILTER = f"Pictures and text ({' '.join(f'*{extension}' for extension in EXTENSIONS)});;All files (*)"
Take = Callable[[], Attachment]


class AttachmentActions(QObject):
    """Handles attachments in the editors of one window."""

    def __init__(self, services: Services, files: Attachments, view: ComposeView) -> None:
        super().__init__(view)
        self._services, self._files, self._view = services, files, view
        self._tasks = services.tasks
        self.dialog: QFileDialog | None = None
        services.theme.changed.connect(self._look_again)

    def serve(self, editor: ContentEditor) -> None:
        """Accept files in every message of an editor, including messages added later."""
        for block in editor.blocks:
            self._serve(editor, block)
        editor.block_made.connect(lambda block: self._serve(editor, block))

    def choose(self) -> None:
        """Choose files for the user message that contains the caret, or for the last one."""
        editor = self._view.editor
        users = [block for block in editor.blocks if block.role == "user"]
        if not users:
            editor.add_message("user")
            users = [block for block in editor.blocks if block.role == "user"]
        index = editor.focused_block
        focused = None if index is None else editor.blocks[index]
        self._choose(editor, focused if focused in users and focused is not None else users[-1])

    def _serve(self, editor: ContentEditor, block: MessageBlock) -> None:
        block.takes = block.field.takes = lambda data, act: self._takes(editor, block, data, act=act)
        block.attach_wanted.connect(lambda: self._choose(editor, block))
        block.chip_made.connect(self._look_at)
        block.setAcceptDrops(True)
        for chip in block.chips:
            self._look_at(chip)

    def _choose(self, editor: ContentEditor, block: MessageBlock) -> None:
        if self.dialog is not None or not editor.can_edit:
            return
        dialog = QFileDialog(self._services.dialogs.widget(), "Attach files", "", _FILTER)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda names: self._take_files(editor, block, [Path(name) for name in names]))
        dialog.finished.connect(self._closed)
        self.dialog = dialog
        dialog.open()

    def _closed(self) -> None:
        self.dialog = None

    def _takes(self, editor: ContentEditor, block: MessageBlock, data: QMimeData, *, act: bool) -> bool:
        """Accept files, or a picture without text: spreadsheets offer a picture of their cells, too."""
        paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if take_pack(self._services.events, data, act=act):
            return True
        picture = data.hasImage() and not data.hasText()
        if not editor.can_edit or not (paths or picture):
            return False
        if act and block.role != "user":
            block.refuse("Only user messages can have files. Add one, then attach the file to it.")
        elif act and paths:
            self._take_files(editor, block, paths)
        elif act:
            self._take(editor, block, [self._pasted(data)])
        return True

    def _take_files(self, editor: ContentEditor, block: MessageBlock, paths: Sequence[Path]) -> None:
        self._take(editor, block, [lambda path=path: self._files.take_file(path) for path in paths])  # type: ignore[misc]

    def _pasted(self, data: QMimeData) -> Take:
        if data.hasFormat("image/png"):
            body = bytes(data.data("image/png").data())
            return lambda: self._files.take(body, PASTED)
        image = QImage(data.imageData())
        return lambda: self._files.take(_png(image), PASTED)

    def _take(self, editor: ContentEditor, block: MessageBlock, takes: Sequence[Take]) -> None:
        def work() -> tuple[list[Attachment], list[str]]:
            taken, refused = [], []
            for take in takes:
                try:
                    taken.append(take())
                except Exception as error:  # noqa: BLE001 - reported below the message
                    refused.append(problem_of(error).sentence)
            return taken, refused

        key = block.key
        self._tasks.run(work, lambda done: self._taken(editor, key, *done))

    def _taken(self, editor: ContentEditor, key: int, taken: Sequence[Attachment], refused: Sequence[str]) -> None:
        block = next((block for block in editor.blocks if block.key == key), None)
        if block is None or not editor.can_edit:
            self._services.notices.problem(
                "The message was removed, so the files were not attached. Attach them to another one."
            )
            return
        # The same file twice in a message would be sent twice.
        files = tuple(dict.fromkeys((*block.extras.attachments, *taken)))
        editor.set_extras(key, block.extras._replace(attachments=files))
        if refused:
            block.refuse("\n".join(refused))

    def _look_at(self, chip: AttachmentChip) -> None:
        """Read the size and the thumbnail of a file."""
        file = chip.attachment
        ratio = chip.devicePixelRatioF()
        side = round(chip.picture_side * ratio)

        def work() -> tuple[int, QImage]:
            body = self._files.body(file)
            return len(body), thumbnail(body, file.media_type, side)

        def show(done: tuple[int, QImage]) -> None:
            if chip not in _alive(self._view):
                return
            size, picture = done
            chip.tell(show_bytes(size) if file.is_image or not size else f"{show_bytes(size)} of text")
            pixmap = QPixmap.fromImage(picture)
            pixmap.setDevicePixelRatio(ratio)
            chip.set_picture(pixmap)

        def fail(error: Exception) -> None:
            if chip in _alive(self._view):
                lost = isinstance(error, StoreError) and error.code == "missing"
                chip.tell("not in this history" if lost else "cannot be read", problem_of(error).sentence)

        self._tasks.run(work, show, fail)

    def _look_again(self) -> None:
        for chip in _alive(self._view):
            self._look_at(chip)


def _alive(view: ComposeView) -> set[AttachmentChip]:
    """Return the chips of all attached files, including those in a past iteration."""
    editors = [view.editor] if view.past_editor is None else [view.editor, view.past_editor]
    return {chip for editor in editors for block in editor.blocks for chip in block.chips}


def _png(image: QImage) -> bytes:
    target = QByteArray()
    buffer = QBuffer(target)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(target.data())


def thumbnail(body: bytes, media_type: str, side: int) -> QImage:
    """Return a picture of at most `side` px; a null one if it cannot be shown or would take too much memory.

    Only the decoder of the media type is used, so that no other decoder receives untrusted bytes.
    """
    if media_type not in PICTURES:
        return QImage()
    kind = media_type.removeprefix("image/").encode()
    data = QByteArray(body)
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(kind))
    reader.setAutoTransform(True)
    size = reader.size()
    most = 8 * MOST_PIXELS if kind == b"jpeg" else MOST_PIXELS
    if not size.isValid() or size.width() * size.height() > most:
        return QImage()
    if max(size.width(), size.height()) > side:
        reader.setScaledSize(size.scaled(QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1)))
    return reader.read()
