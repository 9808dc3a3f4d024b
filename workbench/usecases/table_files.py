"""Files that cells of a table name, which become values of cases.

Invariant: only pictures and texts beside the table are read: no absolute path, nothing outside of its folder, and no
link on the way, each up to 20 MB and all together up to 100 MB. Nothing is stored before `store_all`, and then only
what was read before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from workbench.core.attachments import AttachError, media_type
from workbench.core.blocks import Attachment
from workbench.core.cases import Case
from workbench.core.value_kinds import files_of
from workbench.formats.suites.suite_files import FolderFiles, SuiteFileProblemError, inside
from workbench.store import Store
from workbench.usecases.problems import RefusedError

_SHOWN = 80


class TableFiles:
    """The files beside one table, each read once; `folder` is None for a paste, which has no files beside it."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._files = None if folder is None else FolderFiles(folder)
        self._read: dict[str, Attachment | ValueError] = {}
        self._paths: dict[str, str] = {}

    def find(self, cell: str) -> Attachment:
        """Return the file that a cell names. Raises ValueError with half a sentence."""
        path = cell.strip()
        if path not in self._read:
            try:
                self._read[path] = self._found(path)
            except ValueError as error:
                self._read[path] = error
        found = self._read[path]
        if isinstance(found, ValueError):
            raise ValueError(str(found))
        return found

    def store_all(self, cases: Iterable[Case], store: Store) -> None:
        """Store the files of cases; blocks. Raises RefusedError if one has changed since, and StoreError."""
        named = {file.hash: file for case in cases for file in files_of(dict(case.values), case.kinds).values()}
        wanted = [file for hash_, file in named.items() if hash_ in self._paths]
        if self._folder is None or not wanted:
            return
        files = FolderFiles(self._folder)
        for file in wanted:
            try:
                body = files.read(self._paths[file.hash])
            except SuiteFileProblemError as error:
                raise RefusedError(f"The file “{file.name}” {error}. Nothing was imported.") from error
            if hashlib.sha256(body).hexdigest() != file.hash:
                raise RefusedError(f"The file “{file.name}” has changed. Choose the table again.")
            store.add_blob(body, file.media_type).result()

    def _found(self, cell: str) -> Attachment:
        if self._files is None:
            raise ValueError("pasted rows have no files beside them; import the table from a file")
        try:
            path = inside("", cell, "the table")
            body = self._files.read(path)
            name = path.rpartition("/")[2]
            found = Attachment(hashlib.sha256(body).hexdigest(), media_type(name, body), name)
        except SuiteFileProblemError as error:
            raise ValueError(f"the file “{cell[:_SHOWN]}” {error}") from error
        except AttachError as error:
            raise ValueError(str(error).rstrip(".")) from error
        self._paths[found.hash] = path
        return found
