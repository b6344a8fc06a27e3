"""The identity of a release: its version, and the head line of each of its migrations.

A migration begins with the line ``-- custom-assessments VERSION SUBJECT sha256:DIGEST``. The digest covers
everything after that line, so the line identifies the migration wherever it is copied and whatever the copy
is called.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NamedTuple, Self

__all__ = ["Head", "Release"]

_HEAD: Final = re.compile(
    r"^\ufeff?-- custom-assessments (?P<version>\d+\.\d+\.\d+) (?P<subject>[a-z0-9_]+)"
    r" sha256:(?P<digest>[0-9a-f]{64})[ \t\r]*$",
    re.MULTILINE | re.ASCII,
)


class Release(NamedTuple):
    """A version of this product: major, minor and patch. Later releases compare greater."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``0.2.0``.

        Raises:
            ValueError: it is not three numbers separated by points.
        """
        if re.fullmatch(r"\d{1,6}(\.\d{1,6}){2}", text, re.ASCII) is None:
            msg = f"{text!r} is not a version: 0.2.0 is"
            raise ValueError(msg)
        return cls(*map(int, text.split(".")))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    def fits(self, other: "Release") -> bool:
        """Whether a worker of one works with a database of the other: major and minor are equal."""
        return self[:2] == other[:2]


@dataclass(frozen=True, slots=True)
class Head:
    """The first line of a migration, which is its identity.

    Attributes:
        release: the release of the migration.
        subject: its subject, in letters, digits and underscores.
        digest: the SHA-256 of everything after the line, in hexadecimal.
    """

    release: Release
    subject: str
    digest: str

    @classmethod
    def of(cls, release: Release, subject: str, body: str) -> Self:
        """Return the head of a migration whose text, without a head, is ``body``."""
        return cls(release, subject, _digest(body))

    @classmethod
    def find(cls, text: str) -> Self | None:
        """Return the first head in a file; None if it has none, and so is not one of our migrations.

        It is found on any line: a copy with lines added above its head is still recognized.
        """
        found = _HEAD.search(text)
        if found is None:
            return None
        return cls(Release.parse(found["version"]), found["subject"], found["digest"])

    def is_of(self, text: str) -> bool:
        """Whether a file is the migration that this head names, unchanged.

        Line endings are ignored, because Git may convert them on Windows.
        """
        first, _, body = text.partition("\n")
        return first.rstrip("\r") == str(self) and _digest(body) == self.digest

    def __str__(self) -> str:
        return f"-- custom-assessments {self.release} {self.subject} sha256:{self.digest}"


def _digest(body: str) -> str:
    return sha256(body.replace("\r\n", "\n").encode()).hexdigest()
