"""Disabled commands give a reason, for every command and in every state."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.app.commands import Command, WindowState
from workbench.app.unavailability import why_not
from workbench.ui.composition import FEATURES

# The boolean fields of a state.
FLAGS = [field.name for field in fields(WindowState) if isinstance(getattr(WindowState(), field.name), bool)]


@given(st.fixed_dictionaries({flag: st.booleans() for flag in FLAGS}), st.sampled_from(list(FEATURES.commands())))
def test_reason_is_given_exactly_when_a_command_is_disabled(flags: dict[str, bool], command: Command) -> None:
    state = WindowState(view=next(iter(command.views), "compose"), **flags)
    assert bool(why_not(command, state)) is not command.enabled(state)


@pytest.mark.parametrize(
    ("command", "state", "reason"),
    [
        ("restore", WindowState(), "only while a past iteration is shown"),
        ("add_message", WindowState(has_prompt=True, viewing=True), "not while a past iteration is shown"),
        ("new_prompt", WindowState(writable=False), "the history is read-only"),
        ("stop", WindowState(), "nothing is running"),
        ("add_message", WindowState(view="rank", has_prompt=True), "only in Compose"),
        ("group_model", WindowState(), "only in Rank"),
        ("compare", WindowState(view="rank"), "only in Compose and History"),
        ("judge_undo", WindowState(view="rank"), "not now"),
        ("group_model", WindowState(view="rank", judging=True), "not while judging pairs"),
    ],
)
def test_reason_names_the_actual_obstacle(command: str, state: WindowState, reason: str) -> None:
    assert why_not(next(c for c in FEATURES.commands() if c.id == command), state) == reason
