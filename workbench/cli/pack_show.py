"""`workbench pack show`: print the contents of a pack and its evidence.

Invariant: only the pack is read, never a history.

The JSON document, in ASCII:

    {"uid", "name", "description", "licence", "author", "notes", "prompts": [{"slug", "name", "uid", "version",
     "versions", "variables", "models", "tools", "cases", "checks": types of those for all cases,
     "verdicts",
     "iterations" and "tests": number of those in the evidence,
     and with --evidence "evidence": [objects of evidence.schema.json]}]}
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from workbench.cli.exit_codes import OK
from workbench.cli.output import one_line, write_json
from workbench.core.templates import content_variables
from workbench.core.text import counted
from workbench.core.version_name import iteration_name
from workbench.packs.pack_contents import PackPrompt
from workbench.packs.pack_reader import evidence_lines, read_place
from workbench.packs.pack_source import PackSource, open_source


def show(args: argparse.Namespace) -> int:
    """Print the pack and return the exit code. Raises PackError."""
    with open_source(args.pack) as place:
        read = read_place(place)
        found = {prompt.slug: _evidence(place, prompt, args.evidence) for prompt in read.pack.prompts}
    about = read.pack.about
    shown = [_shown(prompt, found[prompt.slug], args.evidence) for prompt in read.pack.prompts]
    document = {**asdict(about), "notes": list(read.pack.notes), "prompts": shown}
    lines = [about.name, *filter(None, (about.description.strip(), about.licence, about.author)), *read.pack.notes]
    for prompt in read.pack.prompts:
        lines += ["", *_lines(prompt, found[prompt.slug], args.evidence)]
    return say(args, document, lines)


def _evidence(place: PackSource, prompt: PackPrompt, told: bool) -> list[dict[str, Any]]:
    if not told:
        return [data for _, data in evidence_lines(place, prompt)]
    # Imported here because the validator is slow to import.
    from workbench.packs.validator import evidence

    return list(evidence(place, prompt))


def _lines(prompt: PackPrompt, evidence: list[dict[str, Any]], told: bool) -> Iterator[str]:
    yield f"== {prompt.slug}: {prompt.name} =="
    yield f"version {prompt.main[:12]}, the one used of {len(prompt.versions)}; cases: {len(prompt.cases)}"
    shown = _shown(prompt, evidence, told=False)
    yield f"variables: {', '.join(shown['variables']) or 'none'}"
    yield from (f"{name}: {', '.join(shown[name])}" for name in ("models", "tools") if shown[name])
    if examples := sum(example.enabled for example in prompt.content.examples):
        yield f"examples: {examples}"
    if prompt.checks:
        yield f"checks for all cases: {', '.join(one_line(kind) for kind in shown['checks'])}"
    if evidence and not told:
        tests = f" and {counted(shown['tests'], 'result')} of tests" if shown["tests"] else ""
        yield f"evidence: {shown['iterations']} iterations{tests}; --evidence shows them"
    for message in prompt.content.messages:
        yield from (f"-- {message.role} --", message.text)
    if told:
        for one in evidence:
            yield from ("", *((_test(one),) if "test" in one else _iteration(one)))


def _iteration(data: Mapping[str, Any]) -> Iterator[str]:
    facts = (data.get("started_at"), f"version {data['version'][:12]}", data.get("note"))
    called = iteration_name(data["number"]) if "number" in data else f"iteration {data['run']}"
    yield f"-- {called}: {', '.join(filter(None, facts))} --"
    titles = {lane["lane"]: lane.get("title") or lane["model"] for lane in data["lanes"]}
    for number, values in enumerate(data["value_sets"], start=1):
        yield from (f"{name} = {value}" for name, value in values["values"].items())
        for output in data["outputs"]:
            if output["value_set"] == number:
                yield f"[{titles.get(output['lane'], output['lane'])}, {output['state']}]"
                yield from filter(None, (output.get("text"), (output.get("error") or {}).get("sentence")))
        yield _verdict(values.get("verdict") or {"kind": "none", "lanes": []}, titles)
        yield from (_comparison(said, titles) for said in values.get("judges", ()))


def _test(data: Mapping[str, Any]) -> str:
    """Return the results of a test in one line; the texts are those of a stranger's file."""
    held = "hold-out cases" if data["set"] == "holdout" else "cases"
    rate = "nothing scored" if data["rate"] is None else f"{data['passing']} of {data['scored']} {held} pass"
    if data["rate"] is not None and data["low"] is not None and data["high"] is not None:
        shares = [f"{100 * data[name]:.0f}" for name in ("rate", "low", "high")]
        rate += f", {shares[0]} % ({shares[1]} to {shares[2]})"
    rate = "; ".join((rate, *map(_judged, data.get("judged", ()))))
    facts = (data.get("title") or data["model"], f"version {data['version'][:12]}", rate, data.get("started_at"))
    return one_line(f"-- test {data.get('number', '')}: {', '.join(filter(None, facts))} --")


def _judged(said: Mapping[str, Any]) -> str:
    """Return what a judge says of a column."""
    words = said.get("short") if said["measured"] else ""
    return f"{' and '.join(said.get('models', ())) or 'a judge'}: {words or 'unmeasured'}"


def _comparison(said: Mapping[str, Any], titles: Mapping[int, str]) -> str:
    """Return what a judge says of two answers; the texts are those of a stranger's file."""
    names = [str(titles.get(lane, lane)) for lane in said["lanes"]]
    prefers = f"prefers {names[said['preferred'] - 1]}" if said["preferred"] else "prefers neither"
    measured = "unmeasured"
    if said.get("measured") is True and isinstance(said.get("alike"), int) and isinstance(said.get("shared"), int):
        measured = f"it decided like people in {said['alike']:,} of {counted(said['shared'], 'pair')}"
    return one_line(f"(the judge {said['judge']} compared {names[0]} and {names[1]}: {prefers}; {measured})")


def _verdict(verdict: Mapping[str, Any], titles: Mapping[int, str]) -> str:
    names = ", ".join(str(titles.get(lane, lane)) for lane in verdict["lanes"])
    words = {"winner": f"won by {names}", "tie": f"a tie of {names}", "all_bad": "all bad"}
    return f"({words.get(verdict['kind'], 'not judged')}{', blind' if verdict.get('blind') else ''})"


def _shown(prompt: PackPrompt, evidence: list[dict[str, Any]], told: bool) -> dict[str, Any]:
    return {
        "slug": prompt.slug,
        "name": prompt.name,
        "uid": prompt.uid,
        "version": prompt.main,
        "versions": [version.hash for version in prompt.versions],
        "variables": list(content_variables(prompt.content)),
        "models": list(dict.fromkeys(lane.model for lane in prompt.lanes if not lane.hidden)),
        "tools": [tool.name for tool in prompt.content.tools if tool.enabled],
        "cases": len(prompt.cases),
        "checks": [("not-" if check.negated else "") + check.type for check in prompt.checks],
        "verdicts": prompt.standing.verdicts if prompt.standing else 0,
        "iterations": sum("test" not in one for one in evidence),
        "tests": sum("test" in one for one in evidence),
        **({"evidence": evidence} if told else {}),
    }


def say(args: argparse.Namespace, document: Mapping[str, Any], lines: list[str]) -> int:
    """Print the document with --json, else the lines, and return the exit code."""
    if args.json:
        write_json(document)
        return OK
    print("\n".join(lines))
    return OK
