"""Work in the background: nothing is collected, the lock is given up often, and afterwards all is as before."""

from __future__ import annotations

import gc
import sys

import pytest

from workbench.app.background import SWITCH_S, Background


def test_while_anybody_works_nothing_is_collected_and_the_lock_is_given_up_often() -> None:
    background, before = Background(), sys.getswitchinterval()
    assert gc.isenabled()
    with background.working():
        assert not gc.isenabled()
        assert sys.getswitchinterval() == pytest.approx(SWITCH_S)
        with background.working():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
    assert sys.getswitchinterval() == pytest.approx(before)


def test_a_failure_ends_it_too() -> None:
    background = Background()
    with pytest.raises(ValueError, match="no"), background.working():
        raise ValueError("no")
    assert gc.isenabled()


def test_what_was_off_stays_off() -> None:
    gc.disable()
    try:
        with Background().working():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
