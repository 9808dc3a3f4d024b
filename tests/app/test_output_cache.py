"""The cache of the outputs that are shown."""

from __future__ import annotations

import pytest

from workbench.app.compose.output_cache import OutputCache
from workbench.core.runs import OutputRecord, OutputState, Result
from workbench.usecases.transcript import Transcript


@pytest.mark.parametrize("read", ["waiting", "streaming"])
def test_outdated_record_does_not_replace_a_finished_output(read: OutputState) -> None:
    """A past iteration is read in the background; its output may end, and be saved, until the record arrives."""
    outputs, transcript = OutputCache(), Transcript("o1", "r1", 0, lambda: 0)
    outputs.add([transcript])
    transcript.end(Result("finished", "Hello."))
    transcript.mark_saved()
    outputs.hold("r1", [OutputRecord("o1", 0, 0, 1, Result(read, "Hel"))])
    shown = outputs("o1", 0, 0)
    assert shown is not None
    assert (shown.state, shown.text) == ("finished", "Hello.")


def test_saved_transcript_is_replaced_by_the_stored_record() -> None:
    outputs, transcript = OutputCache(), Transcript("o1", "r1", 0, lambda: 0)
    outputs.add([transcript])
    transcript.end(Result("finished", "Hello."))
    record = OutputRecord("o1", 0, 0, 1, Result("finished", "Hello.", model="m"))
    outputs.hold("r1", [record])
    assert outputs.result("o1") == Result("finished", "Hello.")
    transcript.mark_saved()
    outputs.hold("r1", [record])
    assert outputs.result("o1") == record.result
