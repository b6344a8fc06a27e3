"""What the front matter means."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from worker.compiler.diagnostics import Code, Faults, nearest, plain, shown
from worker.compiler.front_matter import FENCE, Broken, Collection, Entries, FrontMatter, Scalar, Value, pairs
from worker.compiler.meaning import make
from worker.compiler.values import normal_key, parse_range
from worker.definition import (
    MAX_NAME,
    MAX_SCALE,
    VERSION,
    InterviewStyle,
    Metadata,
    clean_text,
    parse_plain_number,
)
from worker.markup import markup_faults
from worker.scoring import DEFAULT_SCALE

__all__ = ["FRONT_MATTER_KEYS", "Header", "read_header"]

WHERE: Final = "Front matter"
FRONT_MATTER_KEYS: Final = (
    "name",
    "version",
    "type",
    "author",
    "description",
    "interview_style",
    "result_disclosure",
    "scale",
)
STYLE_KEYS: Final = ("default", "allow_override")
TYPES: Final = ("single-outcome", "multi-dimensional", "comparative")
DISCLOSURES: Final = ("full", "teaser", "none")
BOOLEANS: Final = {"true": True, "false": False}
SPOKEN_BOOLEANS: Final = {
    "yes": "true",
    "on": "true",
    "1": "true",
    "no": "false",
    "off": "false",
    "0": "false",
}

# Front matter keys may be written flat, as the reference names them.
KNOWN: Final = {
    **{key: key for key in FRONT_MATTER_KEYS},
    **{normal_key(key): key for key in FRONT_MATTER_KEYS},
    **{normal_key(f"interview_style.{key}"): key for key in STYLE_KEYS},
}
STYLE_KNOWN: Final = {**{key: key for key in STYLE_KEYS}, **{normal_key(key): key for key in STYLE_KEYS}}


@dataclass(slots=True)
class Header:
    """What the front matter says. ``scale`` is None when it is faulty; ``version_at`` is a place."""

    metadata: Metadata
    title: str | None
    scale: tuple[Decimal, Decimal] | None
    version_at: int
    lost: list[tuple[str, int]]


class _Reader:
    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.values: dict[str, Any] = {}
        self.seen: dict[str, Value] = {}
        self.unknown: list[tuple[Value, str, Sequence[str]]] = []
        self.lost: list[tuple[str, int]] = []

    def entries(self, entries: Entries, known: dict[str, str], names: Sequence[str], prefix: str) -> None:
        """Read keys with their values; unknown ones are kept for later."""
        for key, value in entries:
            if not isinstance(key, Scalar):
                if not isinstance(key, Broken):
                    self._syntax(key)
                continue
            name = known.get(key.text) or known.get(normal_key(key.text))
            if name is None:
                self.unknown.append((key, prefix + key.text, names))
            elif name in self.seen:
                self._duplicate(key, prefix + name)
            else:
                self.seen[name] = value
                self._value(name, value)

    def _syntax(self, key: Value) -> None:
        self.faults.add(
            Code.YAML_SYNTAX,
            key.start,
            key.end,
            WHERE,
            "a key must be a word",
            "write `key: value`, one a line",
        )

    def _duplicate(self, key: Scalar, name: str) -> None:
        self.faults.add(
            Code.DUPLICATE_KEY,
            key.start,
            key.end,
            f"{WHERE} / {name}",
            f"the key `{name}` stands twice",
            "keep one",
        )

    def _value(self, name: str, value: Value) -> None:
        if isinstance(value, Broken):
            return
        if name == "interview_style" and isinstance(value, Collection) and value.mapping:
            self.entries(pairs(value), STYLE_KNOWN, STYLE_KEYS, "interview_style.")
        elif name == "scale":
            self._scale(value)
        elif not isinstance(value, Scalar):
            code, hint = Code.INVALID_VALUE, f"write a single value: `{name}: value`"
            self._invalid(code, value, name, "a list or a mapping cannot stand here", hint)
        elif not value.text.strip():
            if name == "name":
                hint = "write `name: The name of your assessment`"
                self._invalid(Code.INVALID_NAME, value, name, "the name is empty", hint)
        else:
            READERS[name](self, name, value)

    def _invalid(self, code: Code, value: Value, name: str, message: str, hint: str) -> None:
        self.faults.add(code, value.start, value.end, f"{WHERE} / {name}", message, hint)

    def text(self, name: str, value: Scalar) -> None:
        """Read a text."""
        text = clean_text(value.text)
        if "\0" in text:
            hint = "delete it from the quoted text"
            self._invalid(Code.INVALID_VALUE, value, name, "the text holds the character U+0000", hint)
            return
        if name == "name" and len(text) > MAX_NAME:
            message = f"the name has {len(text)} characters; at most {MAX_NAME} are allowed"
            self._invalid(
                Code.INVALID_NAME, value, name, message, "shorten it, and write the rest as `description`"
            )
            return
        for code, what in markup_faults(text):
            message = (
                f"HTML is not allowed: {shown(what)}"
                if code == "raw-html"
                else f"the link leads to {shown(what)}"
            )
            self._invalid(
                Code(code), value, name, message, "delete it, or write it as code between backticks"
            )
            return
        self.values[name] = text

    def version(self, name: str, value: Scalar) -> None:
        """Read ``major.minor``, of which the source text counts."""
        text = value.text.strip()
        if VERSION.fullmatch(text):
            self.values[name] = text
            return
        parts = [
            part.lstrip("0")[:9] or "0"
            for part in text.lstrip("vV").split(".")
            if part.isascii() and part.isdigit()
        ]
        mended = ".".join([*parts, "0"][:2]) if parts else "1.0"
        message = (
            f"{shown(text)} is not a version: two whole numbers with a point between, without leading zeros"
        )
        self._invalid(Code.INVALID_VERSION, value, name, message, f"write `version: {mended}`")

    def choice(self, name: str, value: Scalar) -> None:
        """Read one of a few words."""
        options = TYPES if name == "type" else DISCLOSURES
        key = normal_key(value.text)
        for option in options:
            if key == normal_key(option):
                self.values[name] = option
                return
        guess = nearest(value.text, options)
        listed = ", ".join(f"`{option}`" for option in options)
        hint = f"did you mean `{guess}`?" if guess else f"write one of {listed}"
        self._invalid(Code.INVALID_VALUE, value, name, f"{shown(value.text)} is none of {listed}", hint)

    def style(self, _name: str, value: Scalar) -> None:
        """Read the interview style, a whole number from 1 to 5; also in its short form."""
        if "default" in self.seen and _name == "interview_style":
            self._duplicate(value, "interview_style.default")
            return
        text = value.text.strip()
        if text in {"1", "2", "3", "4", "5"}:
            self.seen.setdefault("default", value)
            self.values["default"] = int(text)
            return
        self._invalid(
            Code.INVALID_VALUE,
            value,
            "interview_style.default",
            f"{shown(text)} is not a whole number from 1 to 5",
            "write a number from 1 (highly structured) to 5 (fully conversational): `interview_style: 3`",
        )

    def boolean(self, name: str, value: Scalar) -> None:
        """Read true or false."""
        text = value.text.strip().lower()
        if text in BOOLEANS:
            self.values[name] = BOOLEANS[text]
            return
        meant = SPOKEN_BOOLEANS.get(text)
        hint = f"write `{name}: {meant}`" if meant else "write `true` or `false`"
        self._invalid(
            Code.INVALID_VALUE,
            value,
            f"interview_style.{name}",
            f"{shown(text)} is neither true nor false",
            hint,
        )

    def _scale(self, value: Value) -> None:
        bounds: tuple[Decimal, Decimal] | None = None
        if isinstance(value, Scalar):
            bounds = parse_range(value.text.strip())
        elif isinstance(value, Collection) and not value.mapping and len(value.values) == 2:
            numbers = [
                parse_plain_number(v.text.strip()) if isinstance(v, Scalar) else None for v in value.values
            ]
            if numbers[0] is not None and numbers[1] is not None:
                bounds = numbers[0], numbers[1]
        if bounds is None:
            message = "the scale is not two numbers"
            self._invalid(
                Code.INVALID_SCALE, value, "scale", message, "write two numbers, such as `scale: [1, 5]`"
            )
        elif bounds[0] >= bounds[1]:
            mended = f"[{bounds[1]}, {bounds[0]}]" if bounds[0] > bounds[1] else "[1, 5]"
            message = f"the scale begins at {bounds[0]} and ends at {bounds[1]}"
            self._invalid(Code.INVALID_SCALE, value, "scale", message, f"write `scale: {mended}`")
        elif bounds[1] > MAX_SCALE:
            message = f"the scale ends at {bounds[1]}; scores go up to {MAX_SCALE}"
            hint = f"write a scale within 0 to {MAX_SCALE}, such as `scale: [0, 9]`"
            self._invalid(Code.INVALID_SCALE, value, "scale", message, hint)
        else:
            self.values["scale"] = bounds

    def report_unknown(self, complete: bool) -> None:
        """Report unknown keys, and a missing name unless an unknown key was meant to be it."""
        missing = ["name"] if complete and "name" not in self.seen else []
        for key, spelled, names in self.unknown:
            guess = nearest(spelled.rpartition(".")[2], [*names]) if len(self.faults.found) < 200 else None
            is_name = guess in missing
            if is_name:
                missing.clear()
            self.lost.append((f'key "{plain(spelled)}"', key.start))
            what = "and `name` is missing" if is_name else "it is left out"
            self.faults.add(
                Code.UNKNOWN_KEY,
                key.start,
                key.end,
                f"{WHERE} / {plain(spelled)}",
                f"there is no key {shown(spelled)}; {what}",
                f"did you mean `{guess}`?"
                if guess
                else "the keys are " + ", ".join(f"`{name}`" for name in names),
                "error" if is_name else "warning",
            )
        self.missing_name = bool(missing)


READERS: Final[dict[str, Callable[[_Reader, str, Scalar], None]]] = {
    "name": _Reader.text,
    "version": _Reader.version,
    "type": _Reader.choice,
    "author": _Reader.text,
    "description": _Reader.text,
    "interview_style": _Reader.style,
    "default": _Reader.style,
    "allow_override": _Reader.boolean,
    "result_disclosure": _Reader.choice,
}


def read_header(entries: Entries, complete: bool, place: FrontMatter | None, faults: Faults) -> Header:
    """Read the front matter.

    Args:
        entries: the keys and values of its YAML.
        complete: whether ``entries`` are all that it holds.
        place: where it stands, None when the file has none (which has been reported).
        faults: takes what is wrong.
    """
    reader = _Reader(faults)
    reader.entries(entries, KNOWN, FRONT_MATTER_KEYS, "")
    reader.report_unknown(complete)
    if reader.missing_name and place is not None:
        faults.add(
            Code.MISSING_KEY,
            place.fence,
            place.fence + len(FENCE),
            f"{WHERE} / name",
            "the front matter has no `name`",
            "add a line `name: The name of your assessment`",
        )
    values = reader.values
    style = make(
        InterviewStyle,
        {"default": values.get("default", 3), "allow_override": values.get("allow_override", True)},
    )
    metadata = make(
        Metadata,
        {
            "name": values.get("name", ""),
            "version": values.get("version", "1.0"),
            "type": values.get("type", "multi-dimensional"),
            "author": values.get("author"),
            "description": values.get("description"),
            "interview_style": style,
            "result_disclosure": values.get("result_disclosure", "full"),
            "scale": values.get("scale", DEFAULT_SCALE),
        },
    )
    scale = metadata.scale if "scale" in values or "scale" not in reader.seen else None
    version = reader.seen.get("version")
    version_at = version.start if version is not None else 0 if place is None else place.fence
    return Header(metadata, values.get("name"), scale, version_at, reader.lost)
