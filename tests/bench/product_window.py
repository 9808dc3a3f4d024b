"""The product's window with a probe inside, started as a person starts it.

`python -m tests.bench.product_window PROBE` runs a probe of `window_probes`; other programs call `run_window`.

Invariant: the product is not changed and does not know that it is measured; nothing that the first paint would wait
for is imported before the window is shown.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

Install = Callable[[Any, Any, Callable[[], object]], object]
"""Gets the window, the viewport of the first text field, and what gives that field the keyboard."""


def run_window(install: Install) -> int:
    """Run the window until it is closed and return the exit code.

    `install` is called once, when the draft is in the editor and the window is shown; without a stored draft, when the
    window is complete. BENCH_WITHOUT in the environment names mechanisms that are switched off, see `switches`.
    """
    from workbench.__main__ import load_window

    if without := os.environ.get("BENCH_WITHOUT"):
        from tests.bench.switches import load_without

        window = load_without(without, load_window)
    else:
        window = load_window()
    from workbench.ui.shell.frame import WindowFrame

    show, is_installed = WindowFrame.show, False

    def shown(frame: Any) -> None:
        nonlocal is_installed
        show(frame)
        if is_installed:
            return
        is_installed = True
        editor = frame.view.editor
        if frame.is_blank:
            frame.completed.connect(lambda: install(frame, editor.first_viewport(), editor.focus_first))
        else:
            install(frame, editor.first_viewport(), editor.focus_first)

    WindowFrame.show = shown
    return window([])


def main() -> int:
    """Run the window with the probe that the command names."""

    def install(window: Any, editor_viewport: Any, focus: Callable[[], object]) -> None:
        from tests.bench import window_probes  # after the window is shown: it imports more of Qt

        window_probes.install(sys.argv[1], window, editor_viewport, focus)

    return run_window(install)


if __name__ == "__main__":
    sys.exit(main())
