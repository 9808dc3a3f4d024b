"""The user's settings of the window: theme, text size, geometry.

Invariant: the file is replaced atomically; its unknown keys are preserved; a damaged file is renamed, never
overwritten.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast, get_args

from workbench.host.dirs import make_private
from workbench.host.errors import HostError, explain

Theme = Literal["system", "light", "dark"]
Motion = Literal["system", "reduced", "full"]
FILE = "settings.json"
SMALLEST_FONT, LARGEST_FONT = 0.5, 3.0
_FLAGS = ("lanes_by_content", "lanes_together", "side_folded", "editor_folded")
_KNOWN = frozenset({"theme", "font_scale", "motion", "keys", "geometry", "splitters", "reading", "wrap", *_FLAGS})


class Settings(NamedTuple):
    """The settings. `font_scale` is a factor (0.5 to 3); `geometry` and the `splitters` are base64 of Qt's states.

    `keys` are the commands with changed shortcuts, each with its portable Qt key sequences.
    `extra` is JSON text of the unknown keys, written by another release ("" for none).
    """

    theme: Theme = "system"
    font_scale: float = 1.0
    motion: Motion = "system"
    keys: tuple[tuple[str, tuple[str, ...]], ...] = ()
    geometry: str = ""
    splitters: tuple[tuple[str, str], ...] = ()
    reading: tuple[tuple[str, str], ...] = ()
    """The reading mode of answers by lane, the default under ""."""
    wrap: bool = True
    """Whether long lines of messages wrap at the editor's width."""
    lanes_by_content: bool = False
    """Whether columns are sized to their text instead of equally."""
    lanes_together: bool = False
    """Whether scrolling one answer scrolls all of them."""
    side_folded: bool = False
    editor_folded: bool = False
    extra: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the stored form; defaults are omitted, except theme and font_scale."""
        data: dict[str, Any] = json.loads(self.extra) if self.extra else {}
        data["theme"] = self.theme
        data["font_scale"] = self.font_scale
        if self.motion != "system":
            data["motion"] = self.motion
        if self.keys:
            data["keys"] = {name: list(keys) for name, keys in self.keys}
        if self.geometry:
            data["geometry"] = self.geometry
        if self.splitters:
            data["splitters"] = dict(self.splitters)
        if self.reading:
            data["reading"] = dict(self.reading)
        if not self.wrap:
            data["wrap"] = False
        data |= {flag: True for flag in _FLAGS if getattr(self, flag)}
        return data


class LoadedSettings(NamedTuple):
    """Settings, and a sentence about what could not be read, "" for none."""

    settings: Settings
    notice: str = ""


def load(directory: Path) -> LoadedSettings:
    """Read the settings of a configuration directory. Never raises; `notice` describes problems."""
    file = directory / FILE
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        return LoadedSettings(Settings())
    except OSError as error:
        return LoadedSettings(
            Settings(), f"The settings in {file} cannot be read ({error.strerror}); the defaults are used."
        )
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        return LoadedSettings(Settings(), _put_aside(file))
    return _read(data, file)


def save(directory: Path, settings: Settings) -> None:
    """Write the settings. Raises HostError, and leaves the existing file unchanged then."""
    make_private(directory)
    from workbench.host.files import replace_file  # imported late: settings are read before the window opens

    text = json.dumps(settings.to_json(), indent=2, sort_keys=True) + "\n"
    try:
        replace_file(directory / FILE, text)
    except OSError as error:
        raise HostError(
            f"The settings cannot be written to {directory}. Make room or check its permissions.",
            explain(error),
        ) from error


def _put_aside(file: Path) -> str:
    aside = next(path for n in range(1, 10_000) if not (path := file.with_name(f"settings-damaged-{n}.json")).exists())
    try:
        file.rename(aside)
    except OSError:
        return f"The settings in {file} are damaged; the defaults are used."
    return f"The settings were damaged and the defaults are used; the old file is kept as {aside}."


def _read(data: Mapping[str, Any], file: Path) -> LoadedSettings:
    chosen: dict[str, Any] = {}
    wrong: list[str] = []
    for name in sorted(_KNOWN & data.keys()):
        value = _value(name, data[name])
        if value is None:
            wrong.append(name)
        else:
            chosen[name] = value
    unknown = {key: value for key, value in data.items() if key not in _KNOWN}
    extra = json.dumps(unknown, sort_keys=True) if unknown else ""
    notice = f"The settings in {file} have a wrong value for {', '.join(wrong)}; the default is used." if wrong else ""
    return LoadedSettings(Settings(**chosen, extra=extra), notice)


def _value(name: str, value: Any) -> Any:
    """Convert the value of a known key for Settings; None when it is invalid."""
    if name == "theme":
        return cast(Theme, value) if value in get_args(Theme) else None
    if name == "font_scale":
        number = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1000
        return min(max(float(value), SMALLEST_FONT), LARGEST_FONT) if number else None
    if name == "motion":
        return cast(Motion, value) if value in get_args(Motion) else None
    if name in ("wrap", *_FLAGS):
        return value if isinstance(value, bool) else None
    if name == "keys":
        return _keys(value)
    if name == "geometry":
        return value if isinstance(value, str) else None
    strings = isinstance(value, dict) and all(isinstance(state, str) for state in value.values())
    return tuple(value.items()) if strings else None


def _keys(value: Any) -> Any:
    if not isinstance(value, dict):
        return None
    if not all(isinstance(keys, list) and all(isinstance(key, str) for key in keys) for keys in value.values()):
        return None
    return tuple((name, tuple(keys)) for name, keys in value.items())
