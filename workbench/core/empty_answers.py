"""Answers that finished without text.

Invariant: whether an answer is empty is derived from its stored result, only here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workbench.core.further_choices import further_choices
from workbench.core.runs import AnswerStep, OutputState, Result

EMPTY = "Empty answer"
_WHITE_SPACE = "9-D 1C-20 85 A0 1680 2000-200A 2028-2029 202F 205F 3000"
_NOT_DRAWN = (
    "AD 34F 61C 115F-1160 17B4-17B5 180B-180F 200B-200F 202A-202E 2060-206F 2800 3164 FE00-FE0F FEFF FFA0"
    " 1BCA0-1BCA3 1D173-1D17A E0001 E0020-E007F E0100-E01EF"
)
"""Assigned code points with Unicode's property Default_Ignorable_Code_Point, and the blank Braille pattern."""
BLANKS = "".join(
    chr(code)
    for first, _, last in (one.partition("-") for one in f"{_WHITE_SPACE} {_NOT_DRAWN}".split())
    for code in range(int(first, 16), int(last or first, 16) + 1)
)
"""Characters that an empty answer may contain: white space and invisible characters."""
MOST_BLANKS = 1000
"""Maximum length in characters of an empty answer; longer texts are not scanned."""
_OUT_OF_TOKENS = frozenset({"length", "max_tokens"})
_FILTERED = frozenset({"content_filter", "refusal", "safety"})
_CALLED = frozenset({"tool_calls", "function_call", "tool_use"})


@dataclass(frozen=True, slots=True)
class EmptyAnswer:
    """The likely cause of an empty answer. `finish_reason` is the provider's, "" if it gave none."""

    finish_reason: str
    hint: str

    @property
    def reason(self) -> str:
        """The finish reason as shown."""
        return f"finish reason: {self.finish_reason}" if self.finish_reason else "no finish reason"

    @property
    def sentence(self) -> str:
        """The complete message, one or two lines."""
        return f"{EMPTY} ({self.reason}). {self.hint}"


def is_empty(state: OutputState, text: str, steps: Iterable[AnswerStep] = ()) -> bool:
    """Whether an answer finished without text. An answer that ended with a tool call is not empty."""
    if state != "finished" or len(text) > MOST_BLANKS or text.strip(BLANKS):
        return False
    kinds = [step.kind for step in steps]
    return not kinds or kinds[-1] != "tool_call"


def empty_answer(result: Result) -> EmptyAnswer | None:
    """Return the cause of an empty answer, None for any other answer."""
    if not is_empty(result.state, result.text, result.steps):
        return None
    return EmptyAnswer(result.finish_reason, _hint(result))


def state_words(result: Result) -> str:
    """Return the state of an answer in a word or two, "empty answer" for an empty one."""
    return EMPTY.lower() if is_empty(result.state, result.text, result.steps) else result.state


def empty_sentence(result: Result, *, blind: bool = False) -> str:
    """Return the placeholder text of an empty answer, "" for any other. With `blind` it does not hint at the model."""
    found = empty_answer(result)
    return "" if found is None else f"{EMPTY}." if blind else found.sentence


def _hint(result: Result) -> str:
    reason, thought = result.finish_reason.lower(), result.reasoning.strip() or result.usage.reasoning
    if reason in _OUT_OF_TOKENS:
        used = "Reasoning used up all tokens" if thought else "The token limit was reached before any text"
        return f"{used}. Raise Max tokens in the lane's parameters{', or lower Reasoning effort' if thought else ''}."
    if reason in _FILTERED:
        return "The provider's filter withheld the text. Change the prompt or the model."
    if any(choice.text for choice in further_choices(result.response)):
        return "The first choice is empty; another one has text. It is kept with the response."
    if reason in _CALLED:
        return "The provider reports a tool call but sent none. Retry, or check the prompt's tools."
    if result.reasoning.strip():
        return "The model sent only reasoning. Retry, or lower Reasoning effort in the lane's parameters."
    if result.text:
        return "The model sent only blank space. Retry, or change the prompt."
    return "The model sent no text. Retry, or change the prompt."
