"""Data computed by other programs; the header of each JSON file has their versions and calls."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ORACLES: dict[str, Any] = json.loads((Path(__file__).parent / "oracles.json").read_text(encoding="utf-8"))
JUDGE_ORACLES: dict[str, Any] = json.loads((Path(__file__).parent / "judge_oracles.json").read_text(encoding="utf-8"))
