"""Prices set by the user, which are stored on this computer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from workbench.core.money import Rates
from workbench.host.provider_choices import FILE, ProviderChoices


def test_own_prices_are_stored_and_removed(tmp_path: Path) -> None:
    choices = ProviderChoices(tmp_path)
    choices.set_price("litellm", "m", Rates(1e-6, 2e-6, 0.0, "user"))
    choices.set_price("e", "m", Rates(1.0, 2.0))
    again = ProviderChoices(tmp_path)
    assert again.prices() == {
        ("litellm", "m"): Rates(1e-6, 2e-6, 0.0, "user"),
        ("e", "m"): Rates(1.0, 2.0, None, "user"),
    }
    again.set_price("litellm", "m", None)
    again.set_price("litellm", "never set", None)
    assert set(choices.prices()) == {("e", "m")}


@pytest.mark.parametrize(
    "prices", ["x", ["x"], {"e": "x"}, {"e": {"m": "x"}}, {"e": {"m": {"input": -1, "output": 1}}}]
)
def test_invalid_prices_are_ignored(tmp_path: Path, prices: Any) -> None:
    (tmp_path / FILE).write_text(json.dumps({"prices": prices}))
    choices = ProviderChoices(tmp_path)
    assert choices.prices() == {}
    choices.set_price("e", "m", Rates(1.0, 2.0))
    assert set(choices.prices()) == {("e", "m")}
