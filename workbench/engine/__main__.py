"""The engine process: `python -m workbench.engine`.

Invariant: the pipe is taken and the environment cleaned before anything else is imported that could print or read keys.
"""

from __future__ import annotations

from workbench.engine.pipes import ChildPipe


def main() -> None:
    """Serve until stdin closes."""
    pipe = ChildPipe()
    from workbench.engine.child.environment import clean
    from workbench.engine.child.server import serve

    clean()
    serve(pipe)


if __name__ == "__main__":
    main()
