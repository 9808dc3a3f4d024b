"""A history with prompts of many lanes, all of them with answers."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.lanes import ECHO, ECHO_MODEL, Lane
from workbench.core.money import FREE, Usage
from workbench.core.runs import Result, RunSet, Timing
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store import LaneStart, OutputStart, RunStart, open_store

ITERATIONS = 5
_PART = """## Status of order {number}

It is **in transit** and should *arrive* on Friday; `lookup_order` says so. More words follow, as in an answer.

1. Verify the order number with the customer
2. Answer in one sentence:
   - shipped, and when it will be there
   - in transit

```python
def status(order: str, days: int = 3) -> str:
    return f"{{order}}: in transit, {{days}} days"  # a line
```

| Item | Count | Price |
|---|---|---|
| Blue lamp | 2 | $14 |
| Table | 1 | $140 |

"""


def prompts_with_answers(path: Path, wanted: Mapping[str, tuple[int, int]]) -> dict[str, str]:
    """Make a prompt for each name, with so many lanes and kB of each answer; return their uids."""
    made = {}
    with closing(open_store(path, now=utc_now(), uid=new_uid)) as store:
        for name, (count, size) in wanted.items():
            uid = made[name] = new_uid()
            store.create_prompt(uid, name, utc_now()).result(60)
            lanes = [Lane(f"slot{number}", ECHO, ECHO_MODEL) for number in range(count)]
            content = Content((Message("system", "You are brief."), Message("user", "{{question}}")))
            values = (("question", "Where is my order?"),)
            store.save_draft(uid, Draft(content, values, tuple(lanes)), utc_now()).result(60)
            for iteration in range(ITERATIONS):
                starts = tuple(LaneStart(new_uid(), lane, n, (OutputStart(new_uid()),)) for n, lane in enumerate(lanes))
                changed = Content((Message("system", f"You are brief. Rule {iteration}."), content.messages[1]))
                sets = (RunSet("", "", values),)
                run = RunStart(
                    new_uid(), "iteration", uid, new_uid(), utc_now(), None, changed, new_uid(), sets, starts
                )
                store.begin_run(run).result(60)
                for number, lane in enumerate(starts):
                    part = _PART.format(number=f"{number}.{iteration}")
                    result = Result(
                        "finished",
                        part * max(1, size * 1000 // len(part)),
                        model=ECHO_MODEL,
                        finish_reason="stop",
                        usage=Usage(120, 90),
                        rates=FREE,
                        cost_usd=0.0,
                        timing=Timing(0, 1, 200, 1400),
                    )
                    store.finish_output(lane.outputs[0].uid, result, utc_now()).result(60)
        store.set_meta("last_prompt", next(iter(made.values()))).result(60)
    return made
