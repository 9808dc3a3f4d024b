"""Improvements of a prompt proposed by a model: building the request and parsing the answer.

Invariant: a proposal only changes texts of messages or adds messages. Messages that it does not mention, examples,
tools, attachments and the output format stay unchanged, as does white space around a text.
"""

from __future__ import annotations

import itertools
import json
import re
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from workbench.core.content import ROLES, Content, Message, Role, to_json
from workbench.core.diff import TextDiff, diff_texts
from workbench.core.runs import OutputState
from workbench.core.templates import content_variables
from workbench.core.visible_text import VisibleFields

Standing = Literal["", "bad", "lost", "tied", "won"]

_TAG = "message"
_ROLE = re.compile(r"""\brole\s*=\s*["']?([\w-]+)""", re.IGNORECASE)
_THOUGHT = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(r"^[ \t]*```[^\n`]*$", re.MULTILINE)
_OTHER_NAMES: dict[str, Role] = {"developer": "system", "human": "user", "model": "assistant"}
_WORDS: dict[Standing, str] = {"bad": "all bad", "lost": "lost", "tied": "tie", "won": "winner", "": ""}

NO_MESSAGES = (
    "This answer has no tagged messages, so there is nothing to compare. The model's text is below. Ask again, or "
    "choose a more capable model."
)
NOTHING = "The model sent no text. Ask again, or choose another model."


class ProposalError(ValueError):
    """An answer that contains no valid proposal. The text is shown to the user."""


@dataclass(frozen=True, slots=True)
class RecentAnswer(VisibleFields):
    """An answer that the user may include in the request: its iteration and lane, its verdict, and its values.

    `is_cut` means that `text` is only its beginning.
    """

    uid: str
    number: int
    title: str
    standing: Standing
    text: str
    values: tuple[tuple[str, str], ...] = ()
    is_cut: bool = False
    SHOWN = ("title",)

    @property
    def judgement(self) -> str:
        """The verdict in words, "" for none."""
        return _WORDS[self.standing]


@dataclass(frozen=True, slots=True)
class EarlierImprovement:
    """A past run of kind `improve`. `started_at` is UTC text, `title` the model, `opening` the answer's beginning."""

    run_uid: str
    number: int
    started_at: str
    title: str
    state: OutputState
    opening: str


@dataclass(frozen=True, slots=True)
class ProposalAnswer:
    """A parsed answer. `remark` is the text around the messages; `is_whole` is False if the last one is cut off."""

    messages: tuple[Message, ...]
    remark: str = ""
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class ProposalSlot:
    """A message of the prompt, or a new one (`index` None), and the change proposed for it.

    Its changes are numbered from `first` within the proposal.
    """

    index: int | None
    role: Role
    diff: TextDiff
    first: int = 0


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal for the prompt `base`; `slots` are in the order of the resulting messages."""

    base: Content
    slots: tuple[ProposalSlot, ...]
    remark: str = ""
    is_whole: bool = True

    @property
    def count(self) -> int:
        """Number of changes."""
        return sum(len(slot.diff.hunks) for slot in self.slots)

    def apply(self, accepted: Collection[int]) -> Content:
        """Return the prompt with only the changes of these numbers applied."""
        messages: list[Message] = []
        for slot in self.slots:
            chosen = {n - slot.first for n in accepted if slot.first <= n < slot.first + len(slot.diff.hunks)}
            if slot.index is not None:
                messages.append(replace(self.base.messages[slot.index], text=slot.diff.apply(chosen)))
            elif chosen:
                messages.append(Message(slot.role, slot.diff.apply(chosen)))
        return replace(self.base, messages=tuple(messages))

    def variables(self, accepted: Collection[int]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the variables that these changes remove, and those that they add."""
        before, after = content_variables(self.base), content_variables(self.apply(accepted))
        return tuple(n for n in before if n not in after), tuple(n for n in after if n not in before)


def tag_for(texts: Iterable[str]) -> str:
    """Return a tag name that occurs in none of the texts."""
    whole = "\n".join(texts).lower()
    return next(
        tag
        for number in itertools.count(1)
        if f"<{(tag := _TAG if number == 1 else f'{_TAG}-{number}')}" not in whole and f"</{tag}" not in whole
    )


def question(content: Content, feedback: str, answers: Sequence[RecentAnswer]) -> tuple[str, str]:
    """Return the request text for a prompt, and the name of the tag that encloses its messages.

    The only values of variables in it are those of `answers`.
    """
    shown = [_answer(answer) for answer in answers]
    rest = {name: part for name, part in to_json(content).items() if name not in ("format", "messages", "template")}
    written = json.dumps(rest, ensure_ascii=False, indent=2) if rest else ""
    tag = tag_for((*(m.text for m in content.messages), written, feedback, *shown))
    messages = "\n".join(f'<{tag} role="{m.role}">\n{m.text}\n</{tag}>' for m in content.messages)
    parts = [f"The prompt:\n\n<prompt>\n{messages}\n</prompt>"]
    if rest:
        parts.append(f"What else it has, which stays as it is:\n\n<others>\n{written}\n</others>")
    if feedback.strip():
        parts.append(f"What its author wants to be better:\n\n<feedback>\n{feedback.strip()}\n</feedback>")
    if shown:
        parts.append("Answers that it got, with the values of its variables:\n\n" + "\n\n".join(shown))
    parts.append("Write the improved prompt now: each message whole, in the same tags, with its role.")
    return "\n\n".join(parts), tag


def _answer(answer: RecentAnswer) -> str:
    values = "".join(f"\n<value name={json.dumps(name)}>\n{value}\n</value>" for name, value in answer.values)
    verdict = f' verdict="{answer.judgement}"' if answer.standing else ""
    cut = "\n(It goes on; this is its beginning.)" if answer.is_cut else ""
    return f"<answer{verdict}>{values}\n<text>\n{answer.text}\n</text>{cut}\n</answer>"


def read_answer(text: str, tag: str = _TAG) -> ProposalAnswer:
    """Parse a model's answer; the text around the messages is its remark. Raises ProposalError."""
    text = _THOUGHT.sub("", text.replace("\r\n", "\n"), count=1)
    if not text.strip():
        raise ProposalError(NOTHING)
    openings = list(re.finditer(rf"<{re.escape(tag)}(?=[\s>])([^<>]*)>", text, re.IGNORECASE))
    closing = re.compile(rf"</{re.escape(tag)}\s*>", re.IGNORECASE)
    if not openings:
        raise ProposalError(NO_MESSAGES)
    messages: list[Message] = []
    around = [text[: openings[0].start()]]
    is_whole = True
    for opening, following in itertools.zip_longest(openings, openings[1:]):
        limit = len(text) if following is None else following.start()
        end = closing.search(text, opening.end(), limit)
        is_whole = end is not None
        body = text[opening.end() : limit if end is None else end.start()]
        around.append("" if end is None else text[end.end() : limit])
        messages.append(Message(_role(opening[1]), body.removeprefix("\n").removesuffix("\n")))
    return ProposalAnswer(tuple(messages), _remark("".join(around)), is_whole)


def _role(attributes: str) -> Role:
    named = _ROLE.search(attributes)
    name = named[1].lower() if named else ""
    for role in ROLES:
        if name in (role, next((other for other, known in _OTHER_NAMES.items() if known == role), role)):
            return role
    said = f"with the role “{name}”" if name else "without a role"
    raise ProposalError(
        f"This answer has a message {said}; the roles are {', '.join(ROLES)}. The model's text is below; ask again, or "
        "choose another model."
    )


def _remark(around: str) -> str:
    return re.sub(r"</?prompt>", "", _FENCE.sub("", around)).strip()


def propose(content: Content, answer: ProposalAnswer) -> Proposal:
    """Match an answer with a prompt: messages of equal role are paired in order, further ones are new."""
    free = {role: deque(i for i, m in enumerate(content.messages) if m.role == role) for role in ROLES}
    proposed: dict[int, str] = {}
    news: dict[int, list[Message]] = {}
    last = -1
    for message in answer.messages:
        if free[message.role]:
            last = free[message.role].popleft()
            proposed[last] = message.text
        elif message.text.strip():
            news.setdefault(last, []).append(message)
    slots: list[ProposalSlot] = []
    for index in range(-1, len(content.messages)):
        if index >= 0:
            old = content.messages[index]
            slots.append(
                ProposalSlot(index, old.role, diff_texts(old.text, _fitted(proposed.get(index, old.text), old.text)))
            )
        slots += (ProposalSlot(None, new.role, diff_texts("", new.text)) for new in news.get(index, ()))
    first = itertools.accumulate((len(slot.diff.hunks) for slot in slots), initial=0)
    numbered = tuple(replace(slot, first=number) for slot, number in zip(slots, first, strict=False))
    return Proposal(content, numbered, answer.remark, answer.is_whole)


def _fitted(new: str, old: str) -> str:
    """Return the new text with the leading and trailing white space of the old one."""
    before, after = old.strip(), new.strip()
    if not before or not after:
        return after or (old if not before else "")
    at = old.index(before)
    return old[:at] + after + old[at + len(before) :]
