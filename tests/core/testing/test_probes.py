"""Probes are stored as text, and facts get to the place that a prompt has for them."""

from __future__ import annotations

import pytest

from workbench.core.content import Content, Message
from workbench.core.rendered_content import RenderedRequest
from workbench.core.testing.probes import Probe, probe_title, takes_context, values_with_facts, with_facts

PLAIN = Content((Message("system", "Be brief."), Message("user", "{{question}}"), Message("assistant", "Yes?")))
SLOT = Content((Message("user", "{{ context }}\n{{question}}"),))


@pytest.mark.parametrize(
    "probe",
    [
        Probe("again", "r1", "r1", "failed, tag order"),
        Probe("facts", "r1", "r2", "fail everywhere", "Line 1\nLine 2 “é” \N{PILE OF POO}"),
        Probe("facts-control", "r1", "r1"),
    ],
)
def test_stored_form_is_one_line_that_reads_back(probe: Probe) -> None:
    assert "\n" not in probe.to_text()
    assert Probe.from_text(probe.to_text()) == probe


@pytest.mark.parametrize("text", ["", "again", "[]", '{"kind": "other"}', '{"kind": "again", "of": 1}', "[" * 9999])
def test_other_texts_are_no_probe(text: str) -> None:
    assert Probe.from_text(text) is None


def test_titles_say_what_is_asked() -> None:
    assert probe_title(Probe("again", "r", "r", "failed"), 1) == "probe: 1 case again (failed)"
    assert probe_title(Probe("facts", "r", "r", "fail everywhere", "x"), 9) == "probe: 9 cases with facts"
    assert probe_title(Probe("facts-control", "r", "r"), 9) == "probe: 9 cases without facts"


def test_facts_fill_the_slot_or_follow_the_last_user_message() -> None:
    assert (takes_context(PLAIN), takes_context(SLOT)) == (False, True)
    assert values_with_facts(SLOT, {"question": "Q", "context": ""}, "F") == {"question": "Q", "context": "F"}
    assert values_with_facts(PLAIN, {"question": "Q"}, "F") == {"question": "Q"}
    request = RenderedRequest((Message("user", "One"), Message("assistant", "Yes?"), Message("user", "Two")))
    sent = with_facts(PLAIN, request, "F")
    assert [message.text for message in sent.messages] == ["One", "Yes?", "Two\n\nF"]
    assert with_facts(SLOT, request, "F") is request
    assert with_facts(PLAIN, request, "") is request
    only = with_facts(PLAIN, RenderedRequest((Message("system", "S"),)), "F")
    assert [(message.role, message.text) for message in only.messages] == [("system", "S"), ("user", "F")]
