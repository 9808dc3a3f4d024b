"""Damaged settings, or those of another release, never keep the window from working."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.ui import desk as desks
from tests.ui.desk import Desk
from workbench.host.settings import Settings, load, save

DAMAGED = {
    "keys": {"run": ["Nonsense+Key", "\x00", "Ctrl+" * 500], "no_such_command": ["Ctrl+Return"], "palette": []},
    "reading": {"": "holograms", "nobody": "\ud800"},
    "splitters": {"main": "not base64 \u2028", "other": "AAAA"},
    "geometry": "AAAA",
    "motion": "reduced",
    "from_another_release": {"deep": [1]},
}


def test_window_opens_and_runs_with_damaged_settings(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "settings.json").write_text(json.dumps(DAMAGED))
    loaded = load(tmp_path)
    monkeypatch.setattr(desks, "Settings", lambda: loaded.settings)
    window = desk.open()
    window.run()
    desk.until(lambda: desk.rows("SELECT 1 FROM runs"))
    desk.settle()
    assert desk.text(0), desk.rows("SELECT state, text, error_code, error_detail FROM outputs")
    save(tmp_path, loaded.settings)
    assert dict(load(tmp_path).settings.keys) == dict(loaded.settings.keys)
    assert json.loads((tmp_path / "settings.json").read_text())["from_another_release"] == {"deep": [1]}
    assert loaded.settings != Settings()
