"""`workbench history backup`, `check`, `salvage`, `restore` and `move`: maintenance of the history file.

Invariant: a damaged file is only read. Replacing a history keeps the old file as a backup, and is refused while a
window or another program has it open.

The JSON document of each command:

    backup:          BACKUP = {"path", "bytes", "made_at", "by_hand": true or false}
    restore:         {"path": of the history, "sentence"}; without a backup {"backups": [BACKUP]}
    move:            {"path": of the history, "sentence"}
    check:           {"sound": true or false, "wrong": [text], "wrong_values": [text]}
    salvage:         {"path": of the new file, "rows": {table: number}, "cut", "stand_ins", "leftover": path or null}
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

from workbench.cli.database_arguments import command, database, require, way_out
from workbench.cli.exit_codes import FAILED, OK
from workbench.cli.output import complain, write_json
from workbench.core.dates import absolute
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.host.locks import WindowLock
from workbench.store import Store, StoreError, open_store
from workbench.store.maintenance.backups import Backup
from workbench.usecases.history_replacement import backups_of, is_damaged, move_to, restore
from workbench.usecases.maintenance import WRONG_VALUES, HistoryCheck, Maintenance, rescue
from workbench.usecases.problems import RefusedError


def care(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Run one of these commands and return the exit code. Raises StoreError, HostError, RefusedError."""
    work = {"backup": _backup, "check": _check, "salvage": _salvage, "restore": _restore, "move": _move}
    path = database(args, env)
    if args.what != "restore":
        require(args, env, path)
    return work[args.what](args, path)


def _backup(args: argparse.Namespace, path: Path) -> int:
    with _opened(path) as store:
        made = Maintenance(store, utc_now).back_up()
    _say(
        _described(made),
        f"Made a verified backup of {made.size / 1e6:.1f} MB: {made.path}",
        as_json=args.json,
    )
    return OK


def _check(args: argparse.Namespace, path: Path) -> int:
    found = _checked(path)
    wrong = [*found.damage, *found.wrong_values]
    _say(
        {"sound": not wrong, "wrong": list(found.damage), "wrong_values": list(found.wrong_values)},
        "\n".join(wrong) if wrong else "The history is sound.",
        as_json=args.json,
    )
    if found.damage:
        complain(f"The history is damaged. {way_out(args)}")
    elif found.wrong_values:
        complain(WRONG_VALUES)
    return FAILED if wrong else OK


def _checked(path: Path) -> HistoryCheck:
    """Check a history; a file too damaged to open is reported as damage."""
    try:
        with _opened(path) as store:
            return Maintenance(store, utc_now).check()
    except StoreError as error:
        if not is_damaged(error, path):
            raise
        return HistoryCheck((error.detail or error.sentence,))


def _salvage(args: argparse.Namespace, path: Path) -> int:
    result = rescue(path, args.target, now=utc_now(), uid=new_uid)
    counts = dict(result.rows)
    _say(
        {
            "path": str(result.path),
            "rows": counts,
            "cut": result.cut,
            "stand_ins": result.stand_ins,
            "leftover": str(result.leftover) if result.leftover else None,
        },
        f"Recovered {counts['runs']:,} runs and {counts['outputs']:,} answers into {result.path}."
        + (f" {result.cut:,} rows lost a part." if result.cut else "")
        + (f" {result.stand_ins:,} placeholders mark what was lost." if result.stand_ins else "")
        + " The original file is unchanged."
        + (f" Data without a place is in {result.leftover}." if result.leftover else ""),
        as_json=args.json,
    )
    return OK


def _restore(args: argparse.Namespace, path: Path) -> int:
    found = backups_of(path)
    if args.backup is None:
        _say(
            {"backups": [_described(backup) for backup in found]},
            "\n".join(f"{backup.path}\t{absolute(backup.made_at)}\t{backup.size / 1e6:.1f} MB" for backup in found)
            or f"There is no backup yet. Make one with: {command(args, 'backup')}",
            as_json=args.json,
        )
        return OK
    if args.backup == "newest" and not found:
        raise RefusedError(
            "There is no backup yet. Name a backup file elsewhere, or recover what is readable into a new file: "
            f"{command(args, 'salvage NEW.db')}"
        )
    chosen = found[0].path if args.backup == "newest" else Path(args.backup).absolute()
    with _alone(path):
        changed = restore(path, chosen, utc_now())
    _say({"path": str(changed.database), "sentence": changed.sentence}, changed.sentence, as_json=args.json)
    return OK


def _move(args: argparse.Namespace, path: Path) -> int:
    with _alone(path):
        changed = move_to(path, args.folder, utc_now(), new_uid, keep=not args.remove)
    _say({"path": str(changed.database), "sentence": changed.sentence}, changed.sentence, as_json=args.json)
    return OK


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the window lock of a history. Raises RefusedError if a window has it open."""
    lock = WindowLock(path)
    if not lock.acquire():
        raise RefusedError("A window has this history open. Do it there, in Settings → History, or close the window.")
    try:
        yield
    finally:
        lock.release()


def _described(backup: Backup) -> dict[str, object]:
    return {"path": str(backup.path), "bytes": backup.size, "made_at": backup.made_at, "by_hand": backup.by_hand}


def _opened(path: Path) -> AbstractContextManager[Store]:
    return closing(open_store(path, now=utc_now(), uid=new_uid))


def _say(document: dict[str, object], words: str, *, as_json: bool) -> None:
    if as_json:
        write_json(document)
    else:
        print(words)
