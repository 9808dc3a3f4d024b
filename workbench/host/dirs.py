"""Directories of the product, its resource files, the path of the history database and the notes about a moved one.

Invariant: on Linux and similar systems only the XDG variables of the given environment decide; no directory is created
before `ProductDirs.make`, and created directories are accessible to the user only. A resource has the same name in a
checkout, where `resources` is beside the package, and in an installed wheel, where it is inside the package. A history
file at a path always takes precedence over the note beside it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import NamedTuple, Self

from workbench.host.errors import HostError, explain

APP = "prompt-workbench"
DATABASE_VARIABLE = "WORKBENCH_DB"
DATABASE_FILE = "workbench.db"
MOVED = ".moved"
"""Suffix of the forwarding note beside the old path of a moved history; the note holds the new path."""
_MOST_MOVES = 20


class ProductDirs(NamedTuple):
    """Absolute directories: `data` to keep, `state` that may be lost, `config` of the user, `cache` to throw away."""

    data: Path
    state: Path
    config: Path
    cache: Path

    def make(self) -> Self:
        """Create missing directories, accessible to the user only. Raises HostError when one cannot be created."""
        for directory in (self.data, self.state, self.config, self.cache):
            make_private(directory)
        return self


def make_private(directory: Path) -> None:
    """Create a directory (mode 700) with its parents. Raises HostError."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise HostError(
            f"The folder {directory} cannot be created. Make room or check its permissions.",
            explain(error),
        ) from error


def home_of(env: Mapping[str, str]) -> Path:
    """Return the home directory: HOME, or that of the account where HOME is empty or relative. Raises HostError."""
    named = Path(env.get("HOME", ""))
    if named.is_absolute():
        return named
    import pwd  # rarely needed, because most environments have HOME

    try:
        known = Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:
        known = Path()
    if not known.is_absolute():
        raise HostError(
            "There is no home directory: HOME is empty and the account has none. Set HOME, then restart the app."
        )
    return known


def ensure_home(env: MutableMapping[str, str]) -> None:
    """Set HOME if it is empty or relative, because libraries and children would use the root directory instead.

    Raises HostError.
    """
    if sys.platform != "win32":
        env["HOME"] = str(home_of(env))


def places(env: Mapping[str, str]) -> ProductDirs:
    """Return the directories for this environment without creating them. Raises HostError without a home directory."""
    if sys.platform in ("darwin", "win32"):
        return _native()
    home = home_of(env)
    return ProductDirs(
        data=_xdg(env, "XDG_DATA_HOME", home / ".local" / "share"),
        state=_xdg(env, "XDG_STATE_HOME", home / ".local" / "state"),
        config=_xdg(env, "XDG_CONFIG_HOME", home / ".config"),
        cache=_xdg(env, "XDG_CACHE_HOME", home / ".cache"),
    )


def default_database(env: Mapping[str, str]) -> Path:
    """Return the database file: `WORKBENCH_DB` if set (a leading `~` is home), else the one in the data directory.

    Raises HostError when it was moved and is missing at the new path.
    """
    if chosen := env.get(DATABASE_VARIABLE, ""):
        return named_database(Path(chosen))
    return _followed(places(env).data / DATABASE_FILE)


def named_database(path: Path) -> Path:
    """Return the absolute path of a database file named by the user; a leading `~` is expanded if its user exists.

    Raises HostError when it was moved and is missing at the new path.
    """
    try:
        return _followed(path.expanduser().absolute())
    except RuntimeError:
        return _followed(path.absolute())


def _followed(path: Path) -> Path:
    """Follow forwarding notes from `path` and return the current path of the history."""
    place = path
    for _ in range(_MOST_MOVES):
        try:
            moved = place.with_name(place.name + MOVED).read_bytes()
        except OSError:
            break
        if not moved or place.is_file():
            break
        place = Path(os.fsdecode(moved))
    if place != path and not place.is_file():
        raise HostError(
            f"The history was moved to {place}, but is not there. Connect its disk, then restart the app.",
            f"{path}{MOVED}",
        )
    return place


def _xdg(env: Mapping[str, str], name: str, default: Path) -> Path:
    base = Path(env.get(name, ""))
    # The XDG specification: a relative path is invalid and ignored.
    return (base if base.is_absolute() else default) / APP


def _native() -> ProductDirs:
    from platformdirs import PlatformDirs

    dirs = PlatformDirs(APP, appauthor=False)
    return ProductDirs(dirs.user_data_path, dirs.user_state_path, dirs.user_config_path, dirs.user_cache_path)


_PACKAGE = Path(__file__).resolve().parent.parent
_ROOTS = (_PACKAGE / "resources", _PACKAGE.parent / "resources")


def resource(*parts: str) -> Path:
    """Return the path of a resource file or folder. Raises HostError when it is missing."""
    for root in _ROOTS:
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise HostError(
        "A file that belongs to Prompt Workbench is missing. Install it again.",
        f"{'/'.join(parts)} is in none of {', '.join(map(str, _ROOTS))}",
    )


def document(name: str) -> Path:
    """Return the path of a document at the top of the source tree, also in the wheel. Raises HostError as `resource`
    does."""
    in_tree = _PACKAGE.parent / name
    return in_tree if in_tree.is_file() and (_PACKAGE.parent / "resources").is_dir() else resource(name)


def leave_word(old: Path, new: Path) -> None:
    """Write a note that forwards from `old` to `new`; it takes effect when `old` is removed. Raises HostError."""
    note = old.with_name(old.name + MOVED)
    partial = note.with_name(f"{note.name}.partial")
    try:
        with partial.open("wb") as file:
            file.write(os.fsencode(new))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(note)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise HostError(
            f"No note can be written to {old.parent}, so the next start would not find the history. Check the "
            "permissions"
            " of that folder, then try again.",
            explain(error),
        ) from error


def forget_word(path: Path) -> None:
    """Remove the note beside `path` after a history was moved back there."""
    path.with_name(path.name + MOVED).unlink(missing_ok=True)
