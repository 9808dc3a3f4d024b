"""`workbench history list`, `search`, `show` and `searches`.

Invariant: these commands are read-only. They print one line per run, its uid first, or one JSON document.

The JSON document of `list` and `search`, in ASCII:

    {"query": the normalised search, "complaints": [{"start", "end", "sentence"}], "remarks": [sentence],
     "total": null or {"count": number, "exact": false if there are more}, "next": null or the value for --after,
     "runs": [{"run": uid, "kind", "prompt": {"uid", "name"}, "number", "version", "started_at", "lanes": [title],
               "verdict": "none" | "winner" | "tie" | "all_bad", "winner": words, "note", "summary", "tags": [name],
               "starred", "archived", "blind", "running": true or false, "value_sets": number,
               "outcome": {"answers", "failed", "interrupted", "stopped", "cut", "empty"},
               "cost_usd": number or null for unknown, "unpriced": number of answers, "tokens", "longest_ms": or null,
               "hits": [{"part": "answer" | "prompt" | "values" | "note", "output": uid or "", "lane": title or "",
                         "value_set": number from 1, "text", "marks": [[start, end]]}]}]}

That of `searches`, the searches saved in the window, sorted by name:

    {"searches": [{"name", "query", "created_at"}]}
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from workbench.cli.database_arguments import open_workbench
from workbench.cli.exit_codes import FAILED, OK
from workbench.cli.output import complain, harmless, one_line, one_row, write_exact, write_json, write_styled
from workbench.cli.past_run import lines
from workbench.cli.run_arguments import wait_for_index, whole_uid
from workbench.core.dates import absolute
from workbench.core.history_columns import listed
from workbench.core.search.match_marker import MatchSnippet
from workbench.core.search.results import HistoryRow, Order, SearchCursor, SearchHit
from workbench.host.terminal import BOLD
from workbench.usecases.problems import RefusedError
from workbench.usecases.run_document import document
from workbench.usecases.searcher import SearchPage
from workbench.usecases.workbench import Workbench


def history(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """List, search or show runs and return the exit code. Raises StoreError, HostError, RefusedError."""
    workbench = open_workbench(args, env)
    try:
        if args.what == "show":
            return _show(workbench, args)
        text = "" if args.what == "list" else _query(workbench, args)
        if args.what == "search":
            wait_for_index(workbench)
        best = args.what == "search" and args.best
        order: Order = "best" if best else "oldest" if args.oldest else "newest"
        found = workbench.searcher.search(text, _after(args.after), max(1, args.limit), order=order)
    finally:
        workbench.close()
    if args.json:
        write_json(_document(found))
        return OK if found.page.rows or args.what == "list" else FAILED
    if args.what == "list" and args.after is None and not found.page.rows:
        print("There are no runs to list. Run a prompt, or import runs from other tools.", file=sys.stderr)
        return OK
    _print(found, bold=sys.stdout.isatty() and not env.get("NO_COLOR"))
    return OK if found.page.rows or args.what == "list" else FAILED


def _query(workbench: Workbench, args: argparse.Namespace) -> str:
    typed = " ".join(args.query)
    if args.saved is None and not typed.strip():
        raise RefusedError("Enter a search, or name a saved search with --saved.")
    saved = "" if args.saved is None else workbench.bookmarks.named(args.saved).query
    return " ".join(filter(None, (saved, typed)))


def _after(text: str | None) -> SearchCursor | None:
    if text is None:
        return None
    place, _, shown = text.partition(".")
    if not all(part.isdecimal() and len(part) < 19 for part in (place, shown or "0")):
        raise RefusedError(f"“{text}” is not a valid place. Use the --after value of the previous page.")
    return SearchCursor(int(place), int(shown or 0))


def _token(after: SearchCursor | None) -> str | None:
    if after is None:
        return None
    return f"{after.place}.{after.shown}" if after.shown else str(after.place)


def _print(found: SearchPage, *, bold: bool) -> None:
    for row in found.page.rows:
        print("\t".join(map(one_line, (row.row.run_uid, *listed(row), row.row.note))))
        for hit in row.hits:
            sys.stdout.write(f"    {one_line(hit.title or hit.part)}: ")
            _print_snippet(hit.snippet, BOLD if bold else "")
    sys.stdout.flush()
    for complaint in found.complaints:
        complain(complaint.sentence)
    for remark in found.remarks:
        print(one_line(remark), file=sys.stderr)
    if not found.page.rows:
        print("No matches. Use fewer words or filters.", file=sys.stderr)
    elif found.page.total is not None:
        print(f"{found.page.total.words} · {found.took_ms} ms", file=sys.stderr)
    if found.page.next is not None:
        print(f"Continue with --after {_token(found.page.next)}", file=sys.stderr)


def _print_snippet(snippet: MatchSnippet, style: str) -> None:
    """Print a snippet on one line, with the matches in a style."""
    sys.stdout.write("…" if snippet.cut_start else "")
    at = 0
    for start, end in snippet.marks:
        sys.stdout.write(harmless(snippet.text[at:start]))
        write_styled(harmless(snippet.text[start:end]), style)
        at = end
    print(f"{harmless(snippet.text[at:])}{'…' if snippet.cut_end else ''}")


def _document(found: SearchPage) -> dict[str, Any]:
    return {
        "query": found.text,
        "complaints": [asdict(complaint) for complaint in found.complaints],
        "remarks": list(found.remarks),
        "total": found.page.total and asdict(found.page.total),
        "next": _token(found.page.next),
        "runs": [_run(row) for row in found.page.rows],
    }


def _run(row: HistoryRow) -> dict[str, Any]:
    line = row.row
    return {
        "run": line.run_uid,
        "kind": row.kind,
        "prompt": {"uid": row.prompt_uid, "name": row.prompt},
        "number": line.number,
        "version": line.version,
        "started_at": line.started_at,
        "lanes": list(row.lanes),
        "verdict": line.verdict,
        "winner": line.winner,
        "note": line.note,
        "summary": line.summary,
        "tags": list(row.tags),
        "starred": row.starred,
        "archived": row.archived,
        "blind": line.blind,
        "running": line.running,
        "value_sets": row.value_sets,
        "outcome": asdict(line.outcome),
        "cost_usd": row.cost_usd,
        "unpriced": row.unpriced,
        "tokens": row.tokens,
        "longest_ms": row.longest_ms,
        "test": row.test and asdict(row.test),
        "hits": [_hit(hit) for hit in row.hits],
    }


def _hit(hit: SearchHit) -> dict[str, Any]:
    return {
        "part": hit.part,
        "output": hit.output_uid,
        "lane": hit.title,
        "value_set": hit.value_set + 1,
        "text": hit.snippet.text,
        "marks": [list(mark) for mark in hit.snippet.marks],
    }


def _show(workbench: Workbench, args: argparse.Namespace) -> int:
    uid = whole_uid(workbench, args.id)
    if workbench.store.tests.has(uid):
        return _show_test(workbench, uid, as_json=args.json)
    detail, name = workbench.history.detail(uid), workbench.store.exports.name(uid)
    if args.json:
        write_json({"name": name, **document(detail)})
    else:
        write_exact("\n".join([name, *lines(detail), ""]))
    return OK


def _show_test(workbench: Workbench, uid: str, *, as_json: bool) -> int:
    """Print the report of a test run, which may have more answers than fit on a terminal."""
    from workbench.cli import testing_report
    from workbench.formats.test_reports.json_document import document as report_document

    name = workbench.store.exports.name(uid)
    prompt_uid = workbench.store.tests.prompt_of(uid)
    report = workbench.tests.analyst.newest(name.rpartition(", ")[0], prompt_uid, uid)
    if as_json:
        write_json({"name": name, **report_document(report)})
    else:
        print("\n".join(map(one_row, (f"{uid} · {absolute(report.started_at)}", *testing_report.lines(report)))))
        print("Export the run to read its answers.", file=sys.stderr)
    return OK


def searches(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """List the saved searches and return the exit code. Raises StoreError, HostError, RefusedError."""
    workbench = open_workbench(args, env)
    try:
        found = workbench.bookmarks.all()
    finally:
        workbench.close()
    if args.json:
        saved = [{"name": one.name, "query": one.query, "created_at": one.created_at} for one in found]
        write_json({"searches": saved})
        return OK
    for one in found:
        print(f"{one_line(one.name)}\t{one_line(one.query)}")
    if not found:
        print("There are no saved searches yet. Save one in the window with Ctrl+S.", file=sys.stderr)
    return OK
