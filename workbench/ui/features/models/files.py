"""A GGUF file with an optional LoRA adapter as an endpoint.

Invariant: an endpoint is returned only if its files exist and have GGUF headers of the right kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from workbench.core.lanes import Endpoint
from workbench.formats.imports.gguf import GgufError, GgufHead, read_head
from workbench.host.ids import new_uid
from workbench.ui.widgets.paths import ChooseFile
from workbench.ui.widgets.theme import set_role
from workbench.usecases.endpoint_form import check_name


class FilesError(ValueError):
    """`field` is the field with the error: "model" or "adapter"."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def endpoint_from(model: str, adapter: str, builtin_path: str, known: Sequence[Endpoint]) -> tuple[Endpoint, bool]:
    """Return the endpoint for these files, and whether it is new. Raises FilesError.

    Without a model file the adapter is applied to the built-in model.
    """
    if not model and not adapter:
        raise FilesError("model", "Choose a GGUF file.")
    base = model or builtin_path
    if not base:
        raise FilesError("model", "Choose the model file that the adapter was trained on.")
    head = _read(base, "model")
    if head.is_adapter:
        raise FilesError(
            "model", f"{Path(base).name} is a LoRA adapter. Choose it below, and choose its base model here."
        )
    if adapter:
        on_top = _read(adapter, "adapter")
        if not on_top.is_adapter:
            raise FilesError("adapter", f"{Path(adapter).name} is a whole model, not an adapter. Choose it above.")
        if on_top.architecture and head.architecture and on_top.architecture != head.architecture:
            raise FilesError(
                "adapter",
                f"The adapter needs a model of type {on_top.architecture}, but this one is {head.architecture}.",
            )
    paths = tuple(str(Path(path).expanduser().absolute()) if path else "" for path in (base, adapter))
    for endpoint in known:
        if endpoint.kind == "gguf" and (endpoint.path, endpoint.adapter) == paths:
            return endpoint, False
    stem = _printable(" + ".join(Path(path).stem for path in paths if path)) or "GGUF model"
    tries = (stem, *(f"{stem} {n}" for n in range(2, len(known) + 3)))
    name = next(one for one in tries if not check_name(one, "", known))
    return Endpoint(new_uid(), "gguf", name, path=paths[0], adapter=paths[1]), True


def _printable(text: str) -> str:
    """Replace slashes and unprintable characters, which file names may contain on some systems, by spaces."""
    return "".join(c if c.isprintable() and c != "/" else " " for c in text).strip()


def _read(path: str, field: str) -> GgufHead:
    try:
        return read_head(Path(path).expanduser())
    except GgufError as error:
        raise FilesError(field, error.sentence) from error


class FileFields(QWidget):
    """Two paths, typed or chosen, each with its error below."""

    def __init__(self, choose: ChooseFile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choose = choose
        self._fields: dict[str, QLineEdit] = {}
        self._troubles: dict[str, QLabel] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for i, (name, text) in enumerate((("model", "Model file"), ("adapter", "LoRA adapter"))):
            field, trouble, button = QLineEdit(), QLabel(), QPushButton("Choose…")
            label = QLabel(text)
            label.setBuddy(field)
            field.setAccessibleName(f"Path of the {text[0].lower() + text[1:] if name == 'model' else text}")
            field.textEdited.connect(lambda _, name=name: self._say(name, ""))
            button.setAccessibleName(f"Choose the {text}")
            button.setAutoDefault(False)
            button.clicked.connect(lambda _, name=name: self.ask(name))
            trouble.setWordWrap(True)
            trouble.setVisible(False)
            set_role(trouble, "error")
            grid.addWidget(label, 2 * i, 0)
            grid.addWidget(field, 2 * i, 1)
            grid.addWidget(button, 2 * i, 2)
            grid.addWidget(trouble, 2 * i + 1, 1, 1, 2)
            self._fields[name], self._troubles[name] = field, trouble
        self._fields["adapter"].setPlaceholderText("none")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(grid)
        layout.addStretch(1)

    def set_builtin(self, path: str) -> None:
        """Show as placeholder what is used without a model file."""
        self._fields["model"].setPlaceholderText("the built-in model" if path else "a .gguf file")

    def ask(self, name: str) -> bool:
        """Open the file dialog for "model" or "adapter"; return whether a file was chosen."""
        title = "Choose a model file" if name == "model" else "Choose a LoRA adapter"
        path = self._choose(self, title)
        if path:
            self._fields[name].setText(path)
            self._say(name, "")
        return bool(path)

    def endpoint(self, builtin_path: str, known: Sequence[Endpoint]) -> tuple[Endpoint, bool] | None:
        """Return the endpoint and whether it is new, or None after showing the error at its field."""
        paths = {name: field.text().strip() for name, field in self._fields.items()}
        for name in paths:
            self._say(name, "")
        try:
            return endpoint_from(paths["model"], paths["adapter"], builtin_path, known)
        except FilesError as error:
            self._say(error.field, str(error))
            self._fields[error.field].setFocus()
            return None

    def _say(self, name: str, sentence: str) -> None:
        self._troubles[name].setText(sentence)
        self._troubles[name].setVisible(bool(sentence))
