"""Using packs in programs: prompts that render to messages and parameters.

Invariant: a rendered request equals what a lane of the workbench sends for the same version and values. A missing
variable or an unknown name is an error that names it: nothing is filled in silently. A case renders from its exact
texts; its values as objects are for programs.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.core.content import Content, Message
from workbench.core.rendered_content import RenderedRequest, assemble, with_files
from workbench.core.templates import content_variables, render_plain, template_texts
from workbench.core.value_kinds import Kinds, ValueKind, file_text, files_of, plain_values, template_values
from workbench.packs import manifest, prompt_file
from workbench.packs.errors import PackError
from workbench.packs.manifest import ListedPrompt
from workbench.packs.pack_contents import MANIFEST, PackAbout, PackPrompt
from workbench.packs.pack_source import PackSource, open_source
from workbench.packs.read_limits import MOST_BLOB, MOST_TEXT

if TYPE_CHECKING:
    from workbench.core.blocks import Attachment, OutputFormat, Tool
    from workbench.core.cases import Case
    from workbench.core.lanes import Lane


class VariableError(PackError, ValueError):
    """Values that do not fit the prompt's variables; `missing` and `unknown` are the names."""

    def __init__(self, sentence: str, missing: tuple[str, ...], unknown: tuple[str, ...]) -> None:
        super().__init__(sentence)
        self.missing = missing
        self.unknown = unknown


@dataclass(frozen=True, slots=True)
class Request:
    """A request: `messages` and `parameters` in the form of chat completions; `model` is among the parameters.

    `rounds` is the maximum number of tool rounds. `refused` are the names of parameters in the pack that are meant for
    the calling program and not for the model, such as an address; `parameters` does not contain them.
    """

    messages: list[dict[str, Any]]
    parameters: dict[str, Any]
    rounds: int
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LoadedCase:
    """A case of a prompt; pass it to `render`.

    `values` are its variables by name: texts, JSON values as objects, and files as attachments, whose bytes `file`
    returns. `case` has everything else: checks, expectation, tags, and the values as they are stored.
    """

    name: str
    values: Mapping[str, Any]
    case: Case


class LoadedPack(Mapping[str, "LoadedPrompt"]):
    """An open pack: its prompts by slug, each read on first access. Close it, or use it in `with`."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._place = open_source(path)
        try:
            if MANIFEST not in self._place.names:
                raise PackError(
                    f"There is no {MANIFEST} in {path}, so it is not a pack. Name the folder or file of a pack."
                )
            self._manifest = manifest.read(self._place.read(MANIFEST, MOST_TEXT))
        except BaseException:
            self._place.close()
            raise
        self._listed = {one.slug: one for one in self._manifest.prompts}
        self._read: dict[str, LoadedPrompt] = {}

    @property
    def about(self) -> PackAbout:
        """Name, description, licence and author."""
        return self._manifest.about

    def __getitem__(self, slug: str) -> LoadedPrompt:
        """Return a prompt. Raises KeyError with the existing slugs, PackError if its file cannot be read."""
        if slug not in self._listed:
            raise KeyError(f"There is no prompt {slug!r} in this pack. It has: {', '.join(self._listed)}.")
        if slug not in self._read:
            self._read[slug] = LoadedPrompt(self._place, self._listed[slug])
        return self._read[slug]

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed)

    def __len__(self) -> int:
        return len(self._listed)

    def close(self) -> None:
        """Close the file."""
        self._place.close()

    def __enter__(self) -> LoadedPack:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class LoadedPrompt:
    """A prompt of a pack."""

    def __init__(self, place: PackSource, listed: ListedPrompt) -> None:
        bare = PackPrompt(listed.uid, listed.name, listed.slug, "", ())
        self._place = place
        self._raw = place.read(bare.file, MOST_TEXT)
        self._prompt, _ = prompt_file.read(self._raw, listed.slug, bare.file, hashed=False)
        self._hashed: PackPrompt | None = None
        self._bodies: dict[str, bytes] = {}

    @property
    def name(self) -> str:
        """The prompt's name."""
        return self._prompt.name

    @property
    def description(self) -> str:
        """The prompt's purpose, "" if there is none."""
        return self._prompt.description

    @property
    def version(self) -> str:
        """The hash of the main version, for logging with the answers.

        If the file was edited by hand, it is the hash of the edited text.
        """
        return self._exact.main

    @property
    def versions(self) -> tuple[str, ...]:
        """The hashes of all versions in the pack, oldest first."""
        return tuple(version.hash for version in self._exact.versions)

    @property
    def _exact(self) -> PackPrompt:
        """The prompt with computed hashes; the first read uses the hashes stated in the file, which is faster."""
        if self._hashed is None:
            self._hashed, _ = prompt_file.read(self._raw, self._prompt.slug, self._prompt.file)
        return self._hashed

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables for `render`; in a Jinja template some of them may be optional."""
        return content_variables(self._prompt.content)

    @property
    def cases(self) -> tuple[LoadedCase, ...]:
        """The cases in order, () for none; read on each access. Raises PackError if their file cannot be read."""
        from workbench.packs import case_file

        name = self._prompt.case_file
        if name not in self._place.names:
            return ()
        return tuple(
            LoadedCase(one.name, {**template_values(values, one.kinds), **files_of(values, one.kinds)}, one)
            for one in case_file.read(self._place.read(name, MOST_TEXT), name)
            for values in (dict(one.values),)
        )

    def file(self, attachment: Attachment) -> bytes:
        """Return the bytes of a file that is a value of a case. Raises PackError."""
        return self._body(attachment)

    @property
    def models(self) -> tuple[str, ...]:
        """The distinct models of its lanes, in order."""
        return tuple(dict.fromkeys(lane.model for lane in self._prompt.lanes if not lane.hidden))

    def render(
        self,
        values: Mapping[str, Any] | LoadedCase | None = None,
        /,
        *,
        version: str = "",
        model: str = "",
        within: float | None = None,
        **more: Any,
    ) -> Request:
        """Return the request for these values, given as a map or a case, by name, or both.

        A value is a text, a list or map, which a Jinja template gets as an object and a plain one as compact JSON, or
        a file of a case. A case gives the values that the prompt uses.

        `version` is the hash of another version, or a prefix; `model` selects the parameters of the lane with that
        model. `within` renders a Jinja template in its own process, which is killed after so many seconds: use it for
        untrusted packs, because a template can loop for ever. Raises VariableError for values that do not fit and
        PackError for everything else.
        """
        content = self._content(version)
        given, kinds = self._given(content, values, more)
        content = with_files(content, given, kinds)
        rendered = assemble(content, self._texts(content, given, kinds, within))
        if not rendered.messages:
            raise PackError(f"Every message of {self._prompt.slug} is empty with these values. Fill one in.")
        messages = [{"role": one.role, "content": self._said(one)} for one in rendered.messages]
        parameters, refused = self._parameters(rendered, model)
        return Request(messages, parameters, rendered.tool_rounds, refused)

    def _content(self, version: str) -> Content:
        if not version:
            return self._prompt.content
        found = [one for one in self._exact.versions if one.hash.startswith(version)]
        if len(found) != 1:
            what = "several versions begin" if found else "no version begins"
            raise PackError(f"In {self._prompt.slug} {what} with {version!r}. It has: {', '.join(self.versions)}.")
        return found[0].content

    def _given(
        self, content: Content, values: Mapping[str, Any] | LoadedCase | None, more: Mapping[str, Any]
    ) -> tuple[dict[str, str], Kinds]:
        """Return the values as texts, and what they are."""
        given: dict[str, str] = {}
        kinds: dict[str, ValueKind] = {}
        if isinstance(values, LoadedCase):
            names = content_variables(content)
            given = {name: value for name, value in values.case.values if name in names}
            kinds = {name: kind for name, kind in values.case.kinds if name in names}
            values = None
        for name, value in {**(values or {}), **more}.items():
            kinds.pop(name, None)
            given[name], kind = self._kept(name, value)
            if kind is not None:
                kinds[name] = kind
        return given, tuple(kinds.items())

    def _kept(self, name: str, value: Any) -> tuple[str, ValueKind | None]:
        from workbench.core.blocks import Attachment

        if isinstance(value, str):
            return value, None
        if isinstance(value, Attachment):
            return file_text(value), "file"
        if not isinstance(value, dict | list):
            raise VariableError(f"The value of {name} is not text. Give it as a string, a list or a dict.", (), ())
        try:
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False), "json"
        except (TypeError, ValueError, RecursionError) as error:
            raise VariableError(f"The value of {name} is not JSON ({error}). Correct it.", (), ()) from error

    def _texts(self, content: Content, given: Mapping[str, str], kinds: Kinds, within: float | None) -> tuple[str, ...]:
        names = content_variables(content)
        missing = tuple(name for name in names if name not in given) if content.template == "plain" else ()
        unknown = tuple(name for name in given if name not in names)
        if missing or unknown:
            raise VariableError(_variable_sentence(self._prompt.slug, missing, unknown), missing, unknown)
        texts = template_texts(content)
        if content.template == "plain":
            return render_plain(texts, plain_values(given, kinds))
        return _jinja(texts, template_values(given, kinds), within)

    def _parameters(self, rendered: RenderedRequest, model: str) -> tuple[dict[str, Any], tuple[str, ...]]:
        lane = self._lane(model)
        parameters: dict[str, Any] = {"model": model} if model else {}
        refused: tuple[str, ...] = ()
        if lane is not None:
            try:
                given = lane.params.request()
            except ValueError as error:
                raise PackError(f"{self._prompt.file}: {error} Correct it there.") from error
            if lane.params.extra or lane.params.unknown:
                from workbench.core.model_settings import is_of_the_model

                refused = tuple(name for name, value in given.items() if not is_of_the_model(name, value))
            parameters = {"model": lane.model, **{k: v for k, v in given.items() if k not in refused}}
        return {**parameters, **_form(rendered.tools, rendered.output)}, refused

    def _lane(self, model: str) -> Lane | None:
        shown = [lane for lane in self._prompt.lanes if not lane.hidden]
        return next((lane for lane in shown if lane.model == model or not model), None)

    def _said(self, message: Message) -> Any:
        if not message.attachments:
            return message.text
        import base64

        texts = [message.text] if message.text else []
        images = []
        for one in message.attachments:
            body = self._body(one)
            if one.is_image:
                url = f"data:{one.media_type};base64,{base64.b64encode(body).decode()}"
                images.append({"type": "image_url", "image_url": {"url": url}})
            else:
                texts.append(f'<file name="{one.name}">\n{_decoded(one, body)}\n</file>')
        text = "\n\n".join(texts)
        return [*([{"type": "text", "text": text}] if text else []), *images] if images else text

    def _body(self, attachment: Attachment) -> bytes:
        if attachment.hash not in self._bodies:
            import hashlib

            if not manifest.HASH.fullmatch(attachment.hash):
                raise PackError(f"The attachment {attachment.name} has no SHA-256 hash. Export the pack again.")
            body = self._place.read(f"attachments/{attachment.hash}", MOST_BLOB)
            if hashlib.sha256(body).hexdigest() != attachment.hash:
                raise PackError(f"The attachment {attachment.name} is not the file that was exported. Get it again.")
            self._bodies[attachment.hash] = body
        return self._bodies[attachment.hash]


def _decoded(attachment: Attachment, body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PackError(f"The attachment {attachment.name} is not UTF-8 text. Attach it again.", str(error)) from error


def _variable_sentence(slug: str, missing: tuple[str, ...], unknown: tuple[str, ...]) -> str:
    parts = []
    if missing:
        parts.append(f"needs {_listed(missing)}, which {'has' if len(missing) == 1 else 'have'} no value")
    if unknown:
        parts.append(f"does not know {_listed(unknown)}")
    return f"The prompt {slug} {', and it '.join(parts)}. Pass exactly its variables; an empty text is allowed."


def _listed(names: tuple[str, ...]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _form(tools: tuple[Tool, ...], output: OutputFormat | None) -> dict[str, Any]:
    if not tools and output is None:
        return {}
    from workbench.core.blocks import BlockError
    from workbench.core.chat_form import format_form, tools_form

    form: dict[str, Any] = {}
    try:
        if tools:
            form["tools"] = tools_form(tools)
        if output is not None:
            form["response_format"] = format_form(output)
    except BlockError as error:
        raise PackError(str(error)) from error
    return form


def _jinja(texts: tuple[tuple[str, str], ...], given: Mapping[str, Any], within: float | None) -> tuple[str, ...]:
    from workbench.packs import jinja

    try:
        if within is None:
            return tuple(jinja.render(texts, given))
        from workbench.packs.jinja_process import render_apart

        return tuple(render_apart(texts, given, within))
    except jinja.TemplateMistakeError as error:
        raise PackError(str(error), error.detail) from error
