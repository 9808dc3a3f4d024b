"""A process that writes runs into a history until it is killed: `python -m tests.store.child PATH OWNER [COUNT]`.

Prints a line after each commit: `run NAME`, `done OUTPUT`, `mark NAME`, `part OUTPUT LEN`.
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

from tests.store.making import LATER, NOW, done, lane, opened, run, text
from workbench.core.drafts import Draft
from workbench.core.runs import Verdict
from workbench.store.records import PartialText


def main(path: Path, owner: str, count: int | None) -> None:
    store = opened(path, busy_ms=20_000)
    for n in itertools.count() if count is None else range(count):
        name = f"{owner}-{n}"
        store.save_draft("p", Draft(text(f"{name} draft")), NOW)
        store.begin_run(run(name, text(f"{name} prompt"), lanes=(lane("A"), lane("B")), owner=owner)).result(30)
        print("run", name, flush=True)
        pieces = [f"{name} piece {piece} 部分 " for piece in range(4)]
        for output in (f"{name}.0.0", f"{name}.1.0"):
            at = 0
            for piece in pieces:
                store.save_partials([PartialText(output, "text", at, piece)]).result(30)
                at += len(piece)
                print("part", output, at, flush=True)
        for output in (f"{name}.0.0", f"{name}.1.0"):
            store.finish_output(output, done("".join(pieces)), LATER).result(30)
            print("done", output, flush=True)
        store.mark(name, f"{name}-v", Verdict("winner", (1,)), (f"{name}.0.0", f"{name}.1.0"), LATER).result(30)
        print("mark", name, flush=True)
    store.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else None)
