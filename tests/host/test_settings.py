"""Settings: nothing is lost, and damaged files are not overwritten."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.host import settings
from workbench.host.errors import HostError
from workbench.host.settings import LoadedSettings, Settings

texts = st.text(st.characters(exclude_categories=["Cs"]))
any_settings = st.builds(
    Settings,
    theme=st.sampled_from(["system", "light", "dark"]),
    font_scale=st.floats(0.5, 3),
    geometry=texts,
    wrap=st.booleans(),
    splitters=st.dictionaries(texts, texts).map(lambda d: tuple(d.items())),
    extra=st.dictionaries(texts.map(lambda t: f"x-{t}"), texts, min_size=1).map(lambda d: json.dumps(d, sort_keys=True))
    | st.just(""),
)


def write(directory: Path, text: str | bytes) -> Path:
    directory.mkdir(exist_ok=True)
    file = directory / settings.FILE
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


@given(any_settings)
def test_saved_settings_are_loaded(tmp_path_factory: pytest.TempPathFactory, chosen: Settings) -> None:
    directory = tmp_path_factory.getbasetemp() / "settings"
    settings.save(directory, chosen)
    loaded = settings.load(directory)
    assert loaded.notice == ""
    assert loaded.settings.to_json() == chosen.to_json()
    assert [f.name for f in directory.iterdir()] == [settings.FILE]


def test_missing_file_gives_defaults(tmp_path: Path) -> None:
    assert settings.load(tmp_path / "nowhere") == LoadedSettings(Settings())


def test_unknown_settings_of_another_release_survive(tmp_path: Path) -> None:
    write(tmp_path, '{"theme": "dark", "minimap": {"on": true}}')
    loaded = settings.load(tmp_path)
    assert (loaded.settings.theme, loaded.notice) == ("dark", "")
    settings.save(tmp_path, loaded.settings)
    assert json.loads((tmp_path / settings.FILE).read_text())["minimap"] == {"on": True}


@pytest.mark.parametrize("damaged", ["", "{", "[1]", "null", '"text"', b"\xff\xfe", "[" * 100_000])
def test_damaged_file_is_set_aside(tmp_path: Path, damaged: str | bytes) -> None:
    raw = write(tmp_path, damaged).read_bytes()
    loaded = settings.load(tmp_path)
    assert loaded.settings == Settings()
    assert "settings-damaged-1.json" in loaded.notice
    assert (tmp_path / "settings-damaged-1.json").read_bytes() == raw
    write(tmp_path, damaged)
    assert "settings-damaged-2.json" in settings.load(tmp_path).notice
    settings.save(tmp_path, Settings(theme="dark"))
    assert settings.load(tmp_path) == LoadedSettings(Settings(theme="dark"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"theme": "sepia"},
        {"theme": ["dark"]},
        {"font_scale": "big"},
        {"font_scale": True},
        {"font_scale": float("nan")},
        {"font_scale": float("inf")},
        {"font_scale": 10**400},
        {"font_scale": -1},
        {"geometry": 7},
        {"splitters": ["a"]},
        {"splitters": {"a": 1}},
    ],
)
def test_invalid_value_is_replaced_by_its_default_only(tmp_path: Path, wrong: dict[str, object]) -> None:
    write(tmp_path, json.dumps({"theme": "dark", "geometry": "R0VP", **wrong}))
    loaded = settings.load(tmp_path)
    (name,) = wrong
    assert name in loaded.notice
    assert getattr(loaded.settings, name) == getattr(Settings(), name)
    if name != "theme":
        assert loaded.settings.theme == "dark"


def test_out_of_range_font_scale_is_clamped(tmp_path: Path) -> None:
    write(tmp_path, '{"font_scale": 99}')
    assert settings.load(tmp_path).settings.font_scale == settings.LARGEST_FONT


def test_lone_surrogates_survive(tmp_path: Path) -> None:
    write(tmp_path, '{"other": "\\ud800"}')
    settings.save(tmp_path, settings.load(tmp_path).settings)
    assert json.loads((tmp_path / settings.FILE).read_text())["other"] == "\ud800"


def test_settings_file_is_private_to_the_user(tmp_path: Path) -> None:
    settings.save(tmp_path, Settings())
    assert stat.S_IMODE((tmp_path / settings.FILE).stat().st_mode) == 0o600


def test_failed_save_is_reported_and_leaves_the_existing_entry(tmp_path: Path) -> None:
    # A directory in the file's place makes the last step of the replacement fail, for root too.
    (tmp_path / settings.FILE).mkdir()
    (tmp_path / settings.FILE / "inside").write_text("")
    with pytest.raises(HostError, match="cannot be written"):
        settings.save(tmp_path, Settings())
    assert list(tmp_path.iterdir()) == [tmp_path / settings.FILE]
    assert "cannot be read" in settings.load(tmp_path).notice
