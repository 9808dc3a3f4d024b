"""`make demo`, second part: pictures of every state of the window, in both themes and sizes, for visual review.

Nothing here is asserted. It needs no model: `echo` answers, so a message is also the answer in the lane.
With QT_SCALE_FACTOR=2 the same pictures are made for a high-resolution screen.
"""

from __future__ import annotations

import os
import sys

from PySide6.QtWidgets import QApplication

from tests.e2e.driving import OUT, shown
from tests.e2e.scenes.answers import blind, calling, lanes, layout, menus, odd, reading, running, samples
from tests.e2e.scenes.comparing import comparing
from tests.e2e.scenes.costs import costs
from tests.e2e.scenes.decide import decide, decide_tuned, hand_over
from tests.e2e.scenes.exchange import exchange
from tests.e2e.scenes.history import history
from tests.e2e.scenes.holdout import honest_sets
from tests.e2e.scenes.judges import judges
from tests.e2e.scenes.models import models
from tests.e2e.scenes.packs import case_import, cases, pack_export, packs, training_files
from tests.e2e.scenes.presets import presets
from tests.e2e.scenes.rank import judging, ranking
from tests.e2e.scenes.testing import proposing, testing
from tests.e2e.scenes.testing_probes import probes
from tests.e2e.scenes.windows import improving, overlays, pasting, settings, sizes
from tests.e2e.scenes.writing import attaching, blocks, caching, empty, mistakes, schema_form, sets, texts

PARTS = (
    empty,
    blocks,
    schema_form,
    mistakes,
    caching,
    sets,
    attaching,
    texts,
    overlays,
    pasting,
    improving,
    reading,
    calling,
    running,
    samples,
    layout,
    menus,
    blind,
    lanes,
    odd,
    costs,
    settings,
    models,
    presets,
    sizes,
    history,
    ranking,
    judging,
    testing,
    comparing,
    judges,
    probes,
    decide,
    decide_tuned,
    hand_over,
    honest_sets,
    proposing,
    packs,
    pack_export,
    cases,
    case_import,
    training_files,
    exchange,
)


def main() -> int:
    """Take the pictures of the parts named in the arguments, or of all; return 0 when all succeeded."""
    named = sys.argv[1:]
    high = float(os.environ.get("QT_SCALE_FACTOR", "1")) > 1
    wanted = tuple(part for part in PARTS if not named or part.__name__ in named)
    return shown(wanted, QApplication(sys.argv[:1]), OUT / ("high-resolution" if high else "gallery"))


if __name__ == "__main__":
    sys.exit(main())
