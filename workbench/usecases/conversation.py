"""Continuing a conversation from an answer.

Invariant: the next draft holds the lane's actual request, the version that it ran, and the answer byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from workbench.core.conversation import continued
from workbench.core.drafts import Draft
from workbench.core.runs import IterationDetail, VersionRow
from workbench.usecases.problems import RefusedError
from workbench.usecases.run_plan import sendable


def continued_draft(
    detail: IterationDetail, output_uid: str, version: Callable[[int], VersionRow], current: Draft
) -> Draft:
    """Return the draft that continues from an output of an iteration; the lanes are those of `current`.

    `version` returns a version of the prompt by its number. Raises RefusedError if the output has no answer, or this
    release cannot read the content that was run.
    """
    record = next((record for record in detail.outputs if record.uid == output_uid), None)
    if record is None or not record.result.text:
        raise RefusedError("This lane has no answer to continue from. Run it first.")
    ran = next(lane for lane in detail.lanes if lane.position == record.position)
    content = sendable(version(ran.version))
    values = detail.sets[record.value_set].values if record.value_set < len(detail.sets) else detail.values
    return replace(
        current,
        content=continued(content, record.result.text),
        values=tuple({**current.value_map, **dict(values)}.items()),
        based_on=ran.version,
    )
