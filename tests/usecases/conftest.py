"""Fixtures of the tests of use cases."""

from __future__ import annotations

from tests.fakes.seeded import made

__all__ = ["made"]
