"""Writing a pack as a folder or an archive.

Invariant: the same pack gives the same bytes; times, permissions and order in an archive are fixed. A pack gets its
name only after it is complete and was read back within the read limits: a stop or a full disk before that leaves the
previous one unchanged. In an existing folder, only files of a pack are changed or removed, and only those that differ.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

from workbench.packs import case_file, manifest, prompt_file
from workbench.packs.errors import PackError
from workbench.packs.pack_contents import MANIFEST, PROMPTFOO, README, Pack
from workbench.packs.pack_reader import evidence_lines, read_place
from workbench.packs.pack_source import open_source
from workbench.packs.promptfoo_config import write as write_promptfoo
from workbench.packs.read_limits import MB, MOST_RATIO
from workbench.packs.readme import write as write_readme

Tell = Callable[[int, int], None]
"""(files written, files in all); may raise to stop."""
Body = Callable[[str], bytes]
"""Returns the bytes of an attachment by hash."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_OWNED = {"prompts": ".prompt.yml", "cases": ".jsonl", "evidence": ".jsonl", "attachments": ""}


def _nobody(done: int, of: int) -> None:
    """Ignore the progress."""


def texts(pack: Pack, evidence: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """Return all files of a pack except attachments, by path, in archive order. Raises PackError."""
    try:
        files = {MANIFEST: manifest.write(pack), README: write_readme(pack), PROMPTFOO: write_promptfoo(pack)}
        files |= {prompt.file: prompt_file.write(prompt) for prompt in pack.prompts}
        files |= {prompt.case_file: case_file.write(prompt.cases) for prompt in pack.prompts if prompt.cases}
    except (ValueError, UnicodeEncodeError) as error:
        raise PackError(
            "A text contains half of a character, which cannot be written. Remove it and export again.", str(error)
        ) from error
    told = evidence or {}
    return files | {p.evidence_file: told[p.slug] for p in pack.prompts if told.get(p.slug)}


def write_archive(
    path: Path, pack: Pack, body: Body, evidence: Mapping[str, bytes] | None = None, tell: Tell = _nobody
) -> None:
    """Write a pack as an archive. Raises PackError."""
    import zipfile

    files = texts(pack, evidence)
    handle, name = _temporary(path)
    try:
        with os.fdopen(handle, "wb") as file:
            with zipfile.ZipFile(file, "w") as archive:
                for number, (where, raw) in enumerate(_all(files, pack, body), start=1):
                    info = zipfile.ZipInfo(where, _EPOCH)
                    info.create_system = 3
                    info.external_attr = 0o100644 << 16
                    # The reader would refuse an entry with such a compression ratio as a zip bomb.
                    info.compress_type = zipfile.ZIP_STORED if _is_bomb(raw) else zipfile.ZIP_DEFLATED
                    archive.writestr(info, raw, compresslevel=9)
                    tell(number, len(files) + len(pack.files))
            file.flush()
            os.fsync(file.fileno())
        _read_again(Path(name))
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError as error:
        raise _unwritten(path, error) from error
    finally:
        Path(name).unlink(missing_ok=True)


def write_folder(
    path: Path, pack: Pack, body: Body, evidence: Mapping[str, bytes] | None = None, tell: Tell = _nobody
) -> None:
    """Write a pack as a folder, or update an existing one. Raises PackError."""
    files = texts(pack, evidence)
    if path.exists() and (not path.is_dir() or (any(path.iterdir()) and not (path / MANIFEST).is_file())):
        raise PackError(f"{path} already exists and is not a pack. Choose another name, or empty it.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent))
    except OSError as error:
        raise _unwritten(path, error) from error
    try:
        written = set()
        for number, (where, raw) in enumerate(_all(files, pack, body), start=1):
            target = made / where
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(raw)
            written.add(where)
            tell(number, len(files) + len(pack.files))
        _read_again(made)
        if path.exists():
            _take_over(made, path, written)
        else:
            made.chmod(0o755)
            made.replace(path)
    except OSError as error:
        raise _unwritten(path, error) from error
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _is_bomb(raw: bytes) -> bool:
    return len(raw) > MB and len(raw) > MOST_RATIO * len(zlib.compress(raw, 9, -zlib.MAX_WBITS))


def _read_again(made: Path) -> None:
    """Raise PackError if a pack exceeds the read limits, so that it could not be read."""
    try:
        with open_source(made) as place:
            for prompt in read_place(place).pack.prompts:
                for _ in evidence_lines(place, prompt):
                    """Validate each line."""
    except PackError as error:
        raise PackError(
            f"Nothing was written, because the pack could not be read back. {error.sentence} Choose fewer prompts or "
            "versions, or leave the evidence out.",
            error.detail,
        ) from error


def _all(files: Mapping[str, bytes], pack: Pack, body: Body) -> Iterator[tuple[str, bytes]]:
    yield from files.items()
    for file in pack.files:
        yield file.path, body(file.hash)


def _take_over(made: Path, path: Path, written: set[str]) -> None:
    for folder in _OWNED:
        if (path / folder).is_symlink():
            raise PackError(f"{path / folder} is a link, not a folder. Put a folder there.")
    for where in sorted(written):
        target = path / where
        if not target.is_symlink() and target.is_file() and target.read_bytes() == (made / where).read_bytes():
            continue
        target.parent.mkdir(exist_ok=True)
        (made / where).replace(target)
    for where in left_over(path, written):
        (path / where).unlink()
    for folder in _OWNED:
        inside = path / folder
        if inside.is_dir() and not any(inside.iterdir()):
            inside.rmdir()


def left_over(path: Path, written: Collection[str]) -> tuple[str, ...]:
    """Return the pack files in a folder that are removed when only these are written. Raises OSError."""
    folders = ((folder, end) for folder, end in _OWNED.items() if (path / folder).is_dir())
    ours = (f"{at}/{old.name}" for at, end in folders for old in (path / at).iterdir() if _is_ours(old.name, end))
    return tuple(sorted(where for where in ours if where not in written))


def _is_ours(name: str, ending: str) -> bool:
    return name.endswith(ending) if ending else bool(manifest.HASH.fullmatch(name))


def _temporary(path: Path) -> tuple[int, str]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise PackError(f"{path} is a folder. Choose another name for the file.")
        return tempfile.mkstemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent)
    except OSError as error:
        raise _unwritten(path, error) from error


def _unwritten(path: Path, error: OSError) -> PackError:
    return PackError(
        f"{path} cannot be written. Make room, or choose another place. Existing files are unchanged.",
        str(error),
    )
