"""What the versions of a prompt consist of, and what one adds to another.

Invariant: a version that this release cannot read is there with everything unknown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from workbench.core.content import Content
from workbench.core.decide.evidence import VersionEvidence
from workbench.core.lanes import Lane
from workbench.core.templates import content_variables, places, template_texts
from workbench.core.testing.change_kind import TriedVersion, change_kind
from workbench.core.testing.probes import takes_context
from workbench.engine.estimate import MESSAGE_OVERHEAD, tokens
from workbench.store import Store
from workbench.store.decide.prompt_facts import VersionFact

_MOST = 300
"""Newest versions that are read besides those that were tested."""
_EXAMPLES = frozenset({"examples", "example", "shots", "few_shot"})
"""Names of variables that hold examples chosen for a case."""
_SHORTER = 0.9
"""A version with at most this share of the tokens is a shorter prompt."""
_PLAIN = Lane("", "", "")


@dataclass(frozen=True, slots=True)
class KnownVersions:
    """Versions by number, with the names of the techniques that each uses by key."""

    facts: Mapping[int, VersionFact]
    techniques: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    tokens: Mapping[int, int] = field(default_factory=dict)
    """About how many tokens of each tested version are the same in every call."""

    def content(self, number: int) -> Content | None:
        """Return the content of a version, None if it is unknown."""
        fact = self.facts.get(number)
        return None if fact is None else fact.content

    def kind(self, one: int, other: int) -> str:
        """Return the kind of change between two versions, "" if one is unknown."""
        before, after = self.content(one), self.content(other)
        if before is None or after is None:
            return ""
        return change_kind(self._tried(one, before), self._tried(other, after))

    def _tried(self, number: int, content: Content) -> TriedVersion:
        return TriedVersion(content, _PLAIN, self.techniques.get(number, {}))

    def added(self, before: tuple[int, Lane], after: tuple[int, Lane]) -> tuple[str, ...]:
        """Return the keys of techniques and parts that only the second column uses, each a version and its lane."""
        return tuple(dict.fromkeys(self._added(before, after)))

    def _added(self, before: tuple[int, Lane], after: tuple[int, Lane]) -> Iterator[str]:
        yield from sorted(self.techniques.get(after[0], {}).keys() - self.techniques.get(before[0], {}).keys())
        if effort_of(after[1]) and effort_of(after[1]) != effort_of(before[1]):
            yield "reasoning"
        old, new = self.content(before[0]), self.content(after[0])
        if old is None or new is None:
            return
        parts = {
            "examples": (_examples(old), _examples(new)),
            "chosen-examples": (_has_example_slot(old), _has_example_slot(new)),
            "output": (old.output is not None, new.output is not None),
            "tools": (_tools(old), _tools(new)),
            "context": (takes_context(old), takes_context(new)),
            "caching": (any(one.cache for one in old.messages), any(one.cache for one in new.messages)),
        }
        yield from (name for name, (then, now) in parts.items() if now > then)
        yield from (kind for kind in ("wording", "structure") if kind in self.kind(before[0], after[0]).split(" and "))
        sizes = self.tokens.get(before[0]), self.tokens.get(after[0])
        if sizes[0] and sizes[1] and sizes[1] <= _SHORTER * sizes[0]:
            yield "shorter"


def known_versions(store: Store, prompt_uid: str, tested: Collection[int]) -> KnownVersions:
    """Read the newest versions of a prompt and all `tested` ones, with their parents. Raises StoreError."""
    wanted = {*store.version_numbers(prompt_uid)[:_MOST], *tested}
    facts = {one.number: one for one in store.decide.versions(prompt_uid, wanted)}
    if parents := {one.parent for one in facts.values() if one.parent is not None} - facts.keys():
        facts |= {one.number: one for one in store.decide.versions(prompt_uid, parents)}
    marks = {one.number: one.used for one in store.techniques.of(prompt_uid, facts.keys())}
    sizes = {
        number: static_tokens(fact.content)
        for number, fact in facts.items()
        if number in tested and fact.content is not None
    }
    return KnownVersions(dict(sorted(facts.items())), marks, sizes)


def version_evidence(known: KnownVersions) -> tuple[VersionEvidence, ...]:
    """Return the evidence of versions, oldest first."""
    return tuple(_evidence(known, fact) for fact in known.facts.values())


def _evidence(known: KnownVersions, fact: VersionFact) -> VersionEvidence:
    techniques = tuple(sorted(known.techniques.get(fact.number, {})))
    content = fact.content
    if content is None:
        return VersionEvidence(fact.number, fact.name, fact.parent, techniques)
    return VersionEvidence(
        fact.number,
        fact.name,
        fact.parent,
        techniques,
        examples=_examples(content),
        has_example_slot=_has_example_slot(content),
        has_context_slot=takes_context(content),
        has_schema=content.output is not None and content.output.kind == "schema",
        has_tools=_tools(content) > 0,
        static_tokens=known.tokens.get(fact.number),
        change="" if fact.parent is None else known.kind(fact.parent, fact.number),
    )


def static_tokens(content: Content) -> int:
    """Return about how many tokens of a prompt are the same in every call."""
    return _tools_tokens(content) + sum(
        tokens("".join(_fixed(text, content))) + MESSAGE_OVERHEAD for _, text in template_texts(content)
    )


def stable_tokens(content: Content) -> int:
    """Return about how many tokens come before the first variable: what a cache can read again."""
    found = _tools_tokens(content)
    # Tools and examples precede the last message; a variable ends what stays the same.
    for _, text in template_texts(content):
        at = _first_variable(text, content)
        found += tokens(text if at is None else text[:at]) + MESSAGE_OVERHEAD
        if at is not None:
            break
    return found


def _fixed(text: str, content: Content) -> Iterator[str]:
    """Yield the pieces of a template outside of its variables."""
    if content.template == "jinja":
        # Code between braces is not sent either.
        depth = 0
        for part in text.replace("{%", "{{").replace("%}", "}}").split("{{"):
            yield part.split("}}")[-1] if depth else part
            depth = 1
        return
    at = 0
    for name, start in places(text, content.template):
        opening = text.rfind("{{", 0, start)
        yield text[at:opening]
        at = text.find("}}", start + len(name)) + 2
    yield text[at:]


def _first_variable(text: str, content: Content) -> int | None:
    if content.template == "jinja":
        found = [at for at in (text.find("{{"), text.find("{%")) if at >= 0]
        return min(found, default=None)
    first = next(iter(places(text, content.template)), None)
    return None if first is None else text.rfind("{{", 0, first[1])


def _tools_tokens(content: Content) -> int:
    return sum(tokens(one.description) + tokens(one.parameters) for one in content.tools if one.enabled)


def _examples(content: Content) -> int:
    return sum(one.enabled for one in content.examples)


def _tools(content: Content) -> int:
    return sum(one.enabled for one in content.tools)


def _has_example_slot(content: Content) -> bool:
    return not _EXAMPLES.isdisjoint(name.casefold() for name in content_variables(content))


def effort_of(lane: Lane) -> str:
    """Return the reasoning effort of a column, "" for none."""
    effort = lane.params.get("reasoning_effort")
    return "" if effort in (None, "none") else str(effort)
