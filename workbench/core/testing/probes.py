"""Probes: runs of chosen cases that answer one question and never count in the conclusions of the tests.

Invariant: `Probe.from_text(probe.to_text()) == probe`. Answers of a probe are used for no cell of another run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, cast

from workbench.core.content import Content, Message
from workbench.core.rendered_content import RenderedRequest
from workbench.core.templates import content_variables
from workbench.core.text import counted

ProbeKind = Literal["again", "facts", "facts-control"]
"""again: the cases are asked again as they are. facts: with facts that a person pasted in. facts-control: the same
cases without them, at the same time."""
KINDS: tuple[ProbeKind, ...] = ("again", "facts", "facts-control")
CONTEXT = "context"
"""The variable that gets the facts, if a prompt has it."""
MOST_FACTS = 100_000
"""Characters of facts."""
NO_TEST = "This run is a probe of chosen cases, not a test: it counts in no rate, comparison or chart."


@dataclass(frozen=True, slots=True)
class Probe:
    """Which probe a run is.

    `of` is the uid of the test whose cases it asks, `beside` that of the run whose results are shown beside its own.
    `about` names the cases in a few words, such as "failed". `facts` are the text that was pasted in.
    """

    kind: ProbeKind
    of: str
    beside: str
    about: str = ""
    facts: str = ""

    def to_text(self) -> str:
        """Return the stored form, one line of JSON without defaults."""
        parts = {"kind": self.kind, "of": self.of, "beside": self.beside, "about": self.about, "facts": self.facts}
        return json.dumps({name: value for name, value in parts.items() if value}, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> Probe | None:
        """Read `to_text` back; None for a run that is no probe, or one that this release does not know."""
        try:
            data = json.loads(text) if text else None
        except (ValueError, RecursionError):
            return None
        if not isinstance(data, Mapping) or data.get("kind") not in KINDS:
            return None
        parts = [data.get(name, "") for name in ("of", "beside", "about", "facts")]
        if not all(isinstance(part, str) for part in parts):
            return None
        return cls(cast("ProbeKind", data["kind"]), *parts)


def takes_context(content: Content) -> bool:
    """Whether facts fill the variable `CONTEXT` of a prompt; else they follow the last message of the user."""
    return CONTEXT in content_variables(content)


def values_with_facts(content: Content, values: Mapping[str, str], facts: str) -> dict[str, str]:
    """Return the values of a case with facts in the context slot, if the prompt has one."""
    return {**values, CONTEXT: facts} if facts and takes_context(content) else dict(values)


def with_facts(content: Content, request: RenderedRequest, facts: str) -> RenderedRequest:
    """Return a request with facts after the last message of the user, if the prompt has no context slot."""
    if not facts or takes_context(content):
        return request
    messages = list(request.messages)
    at = next((at for at in reversed(range(len(messages))) if messages[at].role == "user"), None)
    if at is None:
        messages.append(Message("user", facts))
    else:
        messages[at] = replace(messages[at], text=f"{messages[at].text}\n\n{facts}".lstrip("\n"))
    return replace(request, messages=tuple(messages))


def probe_title(probe: Probe, cases: int) -> str:
    """Return "probe: 9 cases again (failed)"."""
    words = {
        "again": f"{counted(cases, 'case')} again",
        "facts": f"{counted(cases, 'case')} with facts",
        "facts-control": f"{counted(cases, 'case')} without facts",
    }[probe.kind]
    about = f" ({probe.about})" if probe.about and probe.kind == "again" else ""
    return f"probe: {words}{about}"
