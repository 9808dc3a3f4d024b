"""Fixtures of the end-to-end tests."""

from __future__ import annotations

from tests.fakes.seeded import made

__all__ = ["made"]
