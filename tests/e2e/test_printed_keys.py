"""The keyboard sheet of the built guide prints on one page."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.patience import PROCESS_S

ROOT = Path(__file__).resolve().parents[2]
SHEET = ROOT / "resources" / "guide" / "keys.html"
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.mark.e2e
@pytest.mark.deep(only=True)
@pytest.mark.skipif(BROWSER is None, reason="needs Chromium, which prints")
@pytest.mark.skipif(not SHEET.exists(), reason="needs the built guide: make docs")
def test_keyboard_sheet_prints_on_one_page(tmp_path: Path) -> None:
    made = tmp_path / "keys.pdf"
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={tmp_path}"]
    command = [str(BROWSER), *options, f"--print-to-pdf={made}", SHEET.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PROCESS_S, check=False)
    assert made.exists(), done.stderr
    assert re.findall(rb"/Count (\d+)", made.read_bytes()) == [b"1"]
