"""Changes of a list of checks whose sets contain checks.

Invariant: every function returns a new list; a path that does not exist raises IndexError. A path has one index per
level: (2, 0) is the first check of the set at 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from workbench.core.cases import SET, Check

Checks = tuple[Check, ...]
Path = tuple[int, ...]


def check_at(checks: Checks, path: Path) -> Check:
    """Return the check at a path."""
    check = checks[path[0]]
    return check_at(check.checks, path[1:]) if path[1:] else check


def with_check(checks: Checks, path: Path, check: Check) -> Checks:
    """Return the list with another check at a path."""
    return _changed(checks, path, (check,), removes=1)


def inserted(checks: Checks, path: Path, *new: Check) -> Checks:
    """Return the list with checks inserted before a path, whose last index may be one behind the end."""
    return _changed(checks, path, new, removes=0)


def removed(checks: Checks, path: Path) -> Checks:
    """Return the list without the check at a path."""
    return _changed(checks, path, (), removes=1)


def walked(checks: Checks, before: Path = ()) -> Iterator[tuple[Path, Check]]:
    """Yield all checks with their paths, each set before its members."""
    for at, check in enumerate(checks):
        yield (*before, at), check
        if check.type == SET:
            yield from walked(check.checks, (*before, at))


def moved(checks: Checks, path: Path, step: int) -> tuple[Checks, Path]:
    """Return the list with a check moved up (-1) or down (1) among its siblings, and its new path.

    At the end of a set nothing changes.
    """
    target = (*path[:-1], path[-1] + step)
    if not 0 <= target[-1] < len(_siblings(checks, path)):
        return checks, path
    check = check_at(checks, path)
    return inserted(removed(checks, path), target, check), target


def moved_in(checks: Checks, path: Path) -> tuple[Checks, Path]:
    """Return the list with a check moved to the end of the set before it, and its new path; unchanged without one."""
    if not path[-1] or check_at(checks, before := (*path[:-1], path[-1] - 1)).type != SET:
        return checks, path
    target = (*before, len(check_at(checks, before).checks))
    check = check_at(checks, path)
    return inserted(removed(checks, path), target, check), target


def moved_out(checks: Checks, path: Path) -> tuple[Checks, Path]:
    """Return the list with a check moved behind the set that contains it, and its new path; unchanged outside of a
    set."""
    if len(path) < 2:
        return checks, path
    target = (*path[:-2], path[-2] + 1)
    check = check_at(checks, path)
    return inserted(removed(checks, path), target, check), target


def _siblings(checks: Checks, path: Path) -> Checks:
    return check_at(checks, path[:-1]).checks if path[1:] else checks


def _changed(checks: Checks, path: Path, new: Checks, *, removes: int) -> Checks:
    at, rest = path[0], path[1:]
    if rest:
        inner = checks[at]
        return (
            *checks[:at],
            replace(inner, checks=_changed(inner.checks, rest, new, removes=removes)),
            *checks[at + 1 :],
        )
    if not 0 <= at <= len(checks) - removes:
        raise IndexError(at)
    return (*checks[:at], *new, *checks[at + removes :])


def moved_to(checks: Checks, source: Path, target: Path) -> tuple[Checks, Path]:
    """Return the list with a check moved before what is at `target` now, and its new path.

    Nothing changes if the target is inside of the check itself.
    """
    if target[: len(source)] == source:
        return checks, source
    check, at = check_at(checks, source), len(source) - 1
    # Taking it away moves those behind it in the same list, and all inside of them, up by one.
    if len(target) >= len(source) and target[:at] == source[:at] and target[at] > source[at]:
        target = (*target[:at], target[at] - 1, *target[at + 1 :])
    return inserted(removed(checks, source), target, check), target


def place_for_new(checks: Checks, selected: Path | None) -> Path:
    """Return where a new check goes: into the selected set, behind another selected check, or at the end."""
    if selected is None:
        return (len(checks),)
    check = check_at(checks, selected)
    if check.type == SET:
        return (*selected, len(check.checks))
    return (*selected[:-1], selected[-1] + 1)
