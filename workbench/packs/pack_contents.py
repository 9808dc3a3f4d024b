"""The contents of a pack as values.

Invariant: a pack contains no numbers of one history: prompts are identified by uid, versions by hash. These values hold
everything that an export writes, so that reading and writing a pack gives the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.core.cases import Case, Check
    from workbench.core.content import Content
    from workbench.core.lanes import Lane

ENDING = ".promptpack"
ARCHIVES = (ENDING, ".zip")
"""Extensions of packs that are one file."""
MANIFEST = "pack.yaml"
README = "README.md"
PROMPTFOO = "promptfooconfig.yaml"
FORMAT = 1
Values = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PackVersion:
    """A version; `parent` is the hash of its nearest ancestor in the pack, "" for none.

    For a version edited by hand, `parent` is the hash before the edit, which is not in the pack.
    """

    hash: str
    content: Content
    parent: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class StandingRow:
    """An entrant of a ranking, with the chance to beat the average entrant and its 95 % interval."""

    name: str
    won: float
    lost: float
    tied: float
    low: float
    chance: float
    high: float


@dataclass(frozen=True, slots=True)
class PackStanding:
    """The ranking where the pack was made; rows strongest first, `remarks` are sentences."""

    verdicts: int
    blind: int
    rows: tuple[StandingRow, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PackPrompt:
    """A prompt; `slug` names its files, `main` is the hash of the main version, `versions` are oldest first.

    A lane's `pinned` is a position in `versions`, from 1. `values` are those that the prompt was tried with. `checks`
    are those for all cases, before their own; `threshold` is the least score of a case without one. `folder` and `tags`
    are its place in the list of prompts.
    """

    uid: str
    name: str
    slug: str
    main: str
    versions: tuple[PackVersion, ...]
    description: str = ""
    lanes: tuple[Lane, ...] = ()
    values: Values = ()
    cases: tuple[Case, ...] = ()
    standing: PackStanding | None = None
    checks: tuple[Check, ...] = ()
    threshold: float | None = None
    folder: str = ""
    tags: tuple[str, ...] = ()

    @property
    def content(self) -> Content:
        """The content of the main version."""
        return next(version.content for version in self.versions if version.hash == self.main)

    @property
    def file(self) -> str:
        """The path of its file in the pack."""
        return f"prompts/{self.slug}.prompt.yml"

    @property
    def case_file(self) -> str:
        """The path of its cases in the pack."""
        return f"cases/{self.slug}.jsonl"

    @property
    def evidence_file(self) -> str:
        """The path of its evidence in the pack."""
        return f"evidence/{self.slug}.jsonl"


@dataclass(frozen=True, slots=True)
class PackAbout:
    """Description of a pack; `uid` identifies it in later exports."""

    uid: str
    name: str
    description: str = ""
    licence: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True)
class PackFile:
    """An attachment: the lower-case hex SHA-256 of its bytes, media type, and size in bytes."""

    hash: str
    media_type: str
    size: int

    @property
    def path(self) -> str:
        """Its path in the pack."""
        return f"attachments/{self.hash}"


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack without the bytes of its attachments. `notes` are sentences about oddities found while reading."""

    about: PackAbout
    prompts: tuple[PackPrompt, ...]
    files: tuple[PackFile, ...] = ()
    notes: tuple[str, ...] = ()
