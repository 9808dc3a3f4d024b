"""Where the product keeps its files.

Invariant: on Linux and its kin the XDG variables of the given environment decide and nothing else; nothing is created
until `ProductDirs.make` is called, and what is created is for the user alone.
"""

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
"""Ends the name of a note beside a place that a history was moved away from; it holds the path of the new place."""
_MOST_MOVES = 20


class ProductDirs(NamedTuple):
    """Absolute directories: `data` to keep, `state` that may be lost, `config` set by people, `cache` to throw away."""

    data: Path
    state: Path
    config: Path
    cache: Path

    def make(self) -> Self:
        """Create what is missing, readable by the user alone. Raises HostError when a directory cannot be made."""
        for directory in (self.data, self.state, self.config, self.cache):
            make_private(directory)
        return self


def make_private(directory: Path) -> None:
    """Create a directory (mode 700) with its parents. Raises HostError."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise HostError(
            f"The folder {directory} cannot be created. Make room or give yourself the right to write there.",
            explain(error),
        ) from error


def home_of(env: Mapping[str, str]) -> Path:
    """Return the home directory: HOME, or that of the account where HOME is empty or relative. Raises HostError."""
    named = Path(env.get("HOME", ""))
    if named.is_absolute():
        return named
    import pwd  # few environments are without

    try:
        known = Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:
        known = Path()
    if not known.is_absolute():
        raise HostError("There is no home directory: HOME is empty and the account has none. Set HOME and start again.")
    return known


def ensure_home(env: MutableMapping[str, str]) -> None:
    """Set HOME where it is empty or relative, for libraries and children: they would take the root for it.

    Raises HostError.
    """
    if sys.platform != "win32":
        env["HOME"] = str(home_of(env))


def places(env: Mapping[str, str]) -> ProductDirs:
    """Return the directories for this environment; nothing is created. Raises HostError without a home directory."""
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
    """Return the database file: `WORKBENCH_DB` when set (a leading `~` is home), else one in the data directory.

    Raises HostError when it was moved to where it is not.
    """
    if chosen := env.get(DATABASE_VARIABLE, ""):
        return named_database(Path(chosen))
    return _followed(places(env).data / DATABASE_FILE)


def named_database(path: Path) -> Path:
    """Return the database file that a person named; a leading `~` is home, unless nobody is called so.

    Raises HostError when it was moved to where it is not.
    """
    try:
        return _followed(path.expanduser().absolute())
    except RuntimeError:
        return _followed(path.absolute())


def _followed(path: Path) -> Path:
    """Return where the history is that was at `path`."""
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
            f"The history was moved to {place}, and is not there. Connect its disk and start again.",
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
