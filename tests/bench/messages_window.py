"""The real main window with a prompt of many messages, which changes its theme while a timer measures gaps."""

from __future__ import annotations

import sys

from tests.bench.walking import Steps, Walk, go

CALM_MS = 500
LOOKS = (("dark", "theme_dark"), ("light", "theme_light"), ("larger", "zoom_in"), ("smaller", "zoom_out"))


class Dresser(Walk):
    """Changes theme and text size."""

    def steps(self) -> Steps:
        self.gaps.begin("nothing")
        for _ in range(4):
            yield self.calm(CALM_MS)
        for name, command in LOOKS:
            self.gaps.begin(name)
            self.product.actions[command].trigger()
            yield self.calm(CALM_MS)


if __name__ == "__main__":
    sys.exit(go(Dresser))
