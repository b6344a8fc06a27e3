"""The meaning of the front matter."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Literal, get_args, get_origin

from worker.compiler.catalogue import Code
from worker.compiler.context import markup_fault
from worker.compiler.diagnostics import Argument, Faults, Hint, nearest, plain
from worker.compiler.front_matter import (
    FENCE,
    WHERE,
    Broken,
    Collection,
    Entries,
    FrontMatter,
    Scalar,
    Value,
    pairs,
    title_in,
    yaml_text,
)
from worker.compiler.proposals import Edit, Proposal, replacing
from worker.compiler.slices import Located, Span
from worker.compiler.spoken_ranges import closed, spoken_range
from worker.compiler.values import Range, normal_key, parse_range, parse_signed, parse_weight, unwrap
from worker.definition import (
    INTERVIEW_STYLES,
    MAX_NAME,
    MAX_SCALE,
    VERSION,
    InterviewStyle,
    Metadata,
    clean_text,
    language_tag,
)
from worker.markup import UNSEEN_CONTROLS
from worker.names import look

__all__ = ["Header", "read_header"]

KEYS: Final = tuple(Metadata.model_fields)
STYLE_KEYS: Final = tuple(InterviewStyle.model_fields)
STYLE: Final = "interview_style"
#: A version with other words around it, and a style likewise: the only number in the text.
MEANT_VERSION: Final = re.compile(
    r"(?:version|ver\.?|v)? *(?P<major>[0-9]{1,9})(?:\.(?P<minor>[0-9]{1,9}))?(?P<rest>(?:[^\w.][^\d\n]*)?)",
    re.IGNORECASE,
)
MEANT_STYLE: Final = re.compile(r"(?P<number>[1-5])(?:\.0)?(?P<rest>(?:[^\w.,-][^\d\n]*)?)")
BOOLEANS: Final = {"true": True, "false": False}
SPOKEN_BOOLEANS: Final = {
    "yes": "true",
    "on": "true",
    "1": "true",
    "no": "false",
    "off": "false",
    "0": "false",
}

#: A number with a remark behind it.
NUMBER_AND_NOTE: Final = re.compile(r"(?P<number>\d+)\s*[^\w.,].*", re.DOTALL)

#: The tags of languages that people call by name.
LANGUAGES: Final = {
    name: tag
    for tag, names in {
        "en": "english",
        "de": "german deutsch",
        "fr": "french français francais",
        "es": "spanish español espanol",
        "it": "italian italiano",
        "pt": "portuguese português portugues",
        "nl": "dutch nederlands",
        "pl": "polish polski",
        "sv": "swedish svenska",
        "zh": "chinese 中文",
        "ja": "japanese 日本語",
    }.items()
    for name in names.split()
}

#: Keys by their normal form. A key of the style can also be written as `interview_style.default`.
KNOWN: Final = {
    **{normal_key(key): key for key in KEYS},
    **{normal_key(f"{STYLE}.{key}"): key for key in STYLE_KEYS},
}
STYLE_KNOWN: Final = {normal_key(key): key for key in STYLE_KEYS}


@dataclass(frozen=True, slots=True)
class Header:
    """The content of the front matter.

    ``title`` is None when there is no name, ``scale`` when it is wrong. ``version_at`` is a place;
    ``left_out`` are parts that the definition does not have, with their places; ``places`` are those of the
    values.
    """

    metadata: Metadata
    title: str | None
    scale: Range | None
    version_at: Span
    left_out: list[tuple[str, int]]
    places: Mapping[str, Located]


def read_header(
    text: str, entries: Entries, complete: bool, place: FrontMatter | None, faults: Faults
) -> Header:
    """Read the front matter.

    Args:
        text: the whole file.
        entries: the keys and values of its YAML.
        complete: whether ``entries`` are all that it holds.
        place: where it stands, None when the file has none (which has been reported).
        faults: takes what is wrong.
    """
    reader = _Reader(faults)
    reader.read(entries, KNOWN, KEYS, "")
    name_is_missing = reader.report_unknown(complete)
    if name_is_missing and place is not None:
        at = Span(place.fence, place.fence + len(FENCE))
        message = "the front matter has no `{key}`"
        hint = partial(_name_hint, text, place)
        faults.add(Code.MISSING_KEY, at, f"{WHERE} / name", message, hint, key="name")
    values = reader.values
    style = {key: values.pop(key) for key in STYLE_KEYS if key in values}
    metadata = Metadata.model_construct(
        **{"name": "", **values, STYLE: InterviewStyle.model_construct(**style)}
    )
    scale = Range(*metadata.scale) if "scale" in values or "scale" not in reader.seen else None
    version = reader.seen.get("version")
    version_at = Span(0, 0) if place is None else Span(place.fence, place.fence)
    if version is not None:
        version_at = Span(version.start, version.end)
    return Header(metadata, values.get("name"), scale, version_at, reader.left_out, reader.seen)


def _name_hint(text: str, place: FrontMatter) -> str | Proposal:
    """Return the line to add: the name is that of the first-level heading."""
    otherwise = "add a line `name:` with the name of the assessment"
    title = title_in(text, place.body)
    if title is None:
        return otherwise
    line = f"name: {yaml_text(title)}"
    return Proposal(f"add a line `{line}`", (Edit(place.start, place.start, f"{line}\n"),), otherwise)


class _Reader:
    """Reads keys with their values; one method for each kind of value."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.values: dict[str, Any] = {}  # valid values, by the fields of the models
        self.seen: dict[str, Value] = {}
        self.unknown: list[tuple[Value, str, Sequence[str]]] = []
        self.left_out: list[tuple[str, int]] = []

    def read(self, entries: Entries, known: Mapping[str, str], names: Sequence[str], prefix: str) -> None:
        """Read the entries of a mapping; unknown keys are kept for later."""
        for key, value in entries:
            if isinstance(key, Scalar):
                name = known.get(normal_key(key.text))
                if name is None:
                    self.unknown.append((key, prefix + key.text, names))
                elif name in self.seen:
                    self._duplicate(key, prefix + name)
                else:
                    self.seen[name] = value
                    self._value(name, value)
            elif not isinstance(key, Broken):
                hint = "write one `key: value` per line"
                self.faults.add(Code.YAML_SYNTAX, key, WHERE, "a key must be a word", hint)

    def report_unknown(self, complete: bool) -> bool:
        """Report unknown keys; return whether the name is missing, and no key was meant to be it."""
        is_missing = complete and "name" not in self.seen
        for key, spelled, names in self.unknown:
            *_, word = spelled.rsplit(".", 1)
            guess = nearest(word, names) if len(self.faults.found) < 200 else None
            section = f"{WHERE} / {plain(spelled)}"
            message = "there is no key `{found}`"
            hint: Hint = "the keys are " + ", ".join(f"`{n}`" for n in names)
            if guess is not None:
                hint = replacing(key, guess, f"write `{guess}`", str(hint), safe=True)
            found = plain(spelled)
            self.left_out.append((f'key "{plain(spelled)}"', key.start))
            if is_missing and guess == "name":
                is_missing = False
                message += "; and `name` is missing"
                self.faults.add_error(Code.UNKNOWN_KEY, key, section, message, hint, found=found)
            else:
                message += "; it is ignored"
                self.faults.add(Code.UNKNOWN_KEY, key, section, message, hint, found=found)
        return is_missing

    def _value(self, name: str, value: Value) -> None:
        if isinstance(value, Broken):
            return
        if name == STYLE and isinstance(value, Collection) and value.mapping:
            self.read(pairs(value), STYLE_KNOWN, STYLE_KEYS, f"{STYLE}.")
        elif name == "scale":
            self._scale(value)
        elif not isinstance(value, Scalar):
            hint = f"write a single value after `{name}:`"
            self._invalid(value, name, "a list or a mapping is not allowed here", hint)
        elif value.text.strip():
            READERS[name](self, name, value)
        elif name == "name":
            hint = "write the name of the assessment after `name:`"
            self._report(Code.INVALID_NAME, value, name, "the name is empty", hint)

    def text(self, name: str, value: Scalar) -> None:
        """Read a text."""
        text = self._without_quotes(name, value, clean_text(self._without_hidden(name, value)))
        if "\0" in text:
            self._invalid(
                value, name, "the text contains the character U+0000", "delete it from the quoted text"
            )
        elif name == "name" and len(text) > MAX_NAME:
            message = "the name has {count} characters; at most {limit} are allowed"
            hint = "shorten it, and write the rest as `description`"
            self._report(Code.INVALID_NAME, value, name, message, hint, count=len(text), limit=MAX_NAME)
        elif (fault := markup_fault(text)) is not None:
            self._report(fault.code, value, name, fault.message, fault.hint, found=fault.found)
        else:
            self.values[name] = text

    def _without_hidden(self, name: str, value: Scalar) -> str:
        """Return a text without the hidden characters that YAML's escapes can write."""
        text = value.text
        if text.isprintable() or not (found := UNSEEN_CONTROLS.search(text)) or found.group() == "\0":
            return text
        message = "the text has a hidden character, which is left out: {character}"
        hint = "delete it from the quoted text"
        character = f"U+{ord(found.group()):04X}"
        self._report(Code.HIDDEN_CHARACTER, value, name, message, hint, character=character)
        return UNSEEN_CONTROLS.sub("", text)

    def _without_quotes(self, name: str, value: Scalar, text: str) -> str:
        """Return a text without curly quotation marks around it, which YAML takes for part of it."""
        spelled = look(text)
        mark = spelled[:1]
        is_plain = value.end - value.start == len(value.text)
        if (
            mark == text[:1]
            or mark not in "\"'"
            or not is_plain
            or spelled[-1] != mark
            or spelled.count(mark) != 2
        ):
            return text
        message = "the quotation marks around `{found}` are read as those of YAML"
        written = yaml_text(text[1:-1].strip())
        hint = "write straight quotation marks, or none"
        fix = replacing(value, written, f"write `{name}: {plain(written)}`", hint, safe=True)
        self._report(Code.UNUSUAL_SPELLING, value, name, message, fix, found=plain(text))
        return text[1:-1].strip()

    def version(self, name: str, value: Scalar) -> None:
        """Read ``major.minor`` from the source text."""
        text = unwrap(look(value.text.strip()))
        if VERSION.fullmatch(text):
            self.values[name] = text
            return
        message = "`{found}` is not a version: two whole numbers separated by a point, without leading zeros"
        hint: Hint = "write two whole numbers separated by a point"
        if (meant := MEANT_VERSION.fullmatch(text)) is not None:
            written = f"{int(meant['major'])}.{int(meant['minor'] or 0)}"
            hint = _with_comment(value, name, written, meant["rest"], str(hint))
        self._report(Code.INVALID_VERSION, value, name, message, hint, found=plain(text))

    def language(self, name: str, value: Scalar) -> None:
        """Read the tag of a language; its parts may have an underscore between them."""
        text = unwrap(look(value.text.strip()))
        tag = language_tag(text.replace("_", "-"))
        if tag is not None:
            self.values[name] = tag
            return
        hint: Hint = (
            "write a language tag, two or three letters and perhaps a region: `en` or `de-AT` are some"
        )
        if (meant := LANGUAGES.get(text.lower())) is not None:
            hint = replacing(
                value, meant, f"write `{name}: {meant}`", "write its tag of two letters", safe=True
            )
        self._invalid(value, name, "`{found}` is not a language tag", hint, found=plain(text))

    def choice(self, name: str, value: Scalar) -> None:
        """Read one of the few words that the models allow."""
        options: dict[str, str] = {
            normal_key(word): word for word in get_args(Metadata.model_fields[name].annotation)
        }
        key = normal_key(value.text)
        if key in options:
            self.values[name] = options[key]
            return
        guess = nearest(value.text, options.values())
        listed = ", ".join(f"`{option}`" for option in options.values())
        hint: Hint = f"write one of {listed}"
        if guess is not None:
            hint = replacing(value, guess, f"write `{guess}`", str(hint))
        message = "`{found}` is not one of {options}"
        self._invalid(value, name, message, hint, found=plain(value.text), options=listed)

    def style(self, name: str, value: Scalar) -> None:
        """Read the interview style, a whole number; also in its short form."""
        text = look(value.text.strip())
        if name == STYLE and "default" in self.seen:
            self._duplicate(value, f"{STYLE}.default")
        elif text in map(str, INTERVIEW_STYLES):
            self.seen.setdefault("default", value)
            self.values["default"] = int(text)
        else:
            lowest, *_, highest = INTERVIEW_STYLES
            message = "`{found}` is not a whole number from {low} to {high}"
            hint: Hint = (
                f"write a whole number from {lowest} (highly structured) to {highest} (fully conversational)"
            )
            if (meant := MEANT_STYLE.fullmatch(text)) is not None:
                hint = _with_comment(value, name, meant["number"], meant["rest"], str(hint))
            where = f"{STYLE}.default"
            self._invalid(value, where, message, hint, found=plain(text), low=lowest, high=highest)

    def share(self, name: str, value: Scalar) -> None:
        """Read a share from 0 to 1, spelled as weights are."""
        text = value.text.strip()
        share = parse_weight(text)
        if share is not None and share <= 1:
            self.values[name] = share
            return
        message = "`{found}` is not a share from 0 to 1"
        hint: Hint = "write a decimal such as `0.6`, a percentage or a fraction, at most 1"
        # A number from 1 to 100 was meant as a percentage.
        meant = parse_weight(text.replace(",", ".", 1)) if share is None else parse_weight(f"{share:f}%")
        if meant is not None and meant <= 1:
            hint = replacing(value, f"{meant:f}", f"write `{name}: {meant:f}`", str(hint))
        self._invalid(value, name, message, hint, found=plain(text))

    def boolean(self, name: str, value: Scalar) -> None:
        """Read true or false."""
        text = look(value.text.strip()).lower()
        if text in BOOLEANS:
            self.values[name] = BOOLEANS[text]
            return
        hint: Hint = "write `true` or `false`"
        if (meant := SPOKEN_BOOLEANS.get(text)) is not None:
            hint = replacing(value, meant, f"write `{name}: {meant}`", str(hint))
        message = "`{found}` is neither true nor false"
        self._invalid(value, f"{STYLE}.{name}", message, hint, found=plain(text))

    def _scale(self, value: Scalar | Collection) -> None:
        bounds = _bounds(value)
        hint: Hint = f"write two numbers from 0 to {MAX_SCALE} in brackets, the lower first"
        if bounds is None:
            if (meant := _meant_scale(value)) is not None:
                written = f"[{meant.low}, {meant.high}]"
                hint = replacing(value, written, f"write `scale: {written}`", str(hint))
            self._report(Code.INVALID_SCALE, value, "scale", "the scale is not two numbers", hint)
            return
        low, high = map(str, bounds)
        if bounds.low >= bounds.high:
            if bounds.low > bounds.high:
                hint = replacing(value, f"[{high}, {low}]", f"write `scale: [{high}, {low}]`", str(hint))
            message = "the scale begins at {low} and ends at {high}"
            self._report(Code.INVALID_SCALE, value, "scale", message, hint, low=low, high=high)
        elif bounds.low < 0 or bounds.high > MAX_SCALE:
            message = "the scale goes from {low} to {high}; scores go from 0 to {limit}"
            args = {"low": low, "high": high, "limit": str(MAX_SCALE)}
            self._report(Code.INVALID_SCALE, value, "scale", message, hint, **args)
        else:
            self.values["scale"] = bounds

    def _duplicate(self, at: Located, name: str) -> None:
        self._report(Code.DUPLICATE_KEY, at, name, "the key `{key}` appears twice", "keep one", key=name)

    def _invalid(self, at: Located, name: str, message: str, hint: Hint, **args: Argument) -> None:
        self._report(Code.INVALID_VALUE, at, name, message, hint, **args)

    def _report(self, code: Code, at: Located, name: str, message: str, hint: Hint, **args: Argument) -> None:
        self.faults.add(code, at, f"{WHERE} / {name}", message, hint, **args)


def _with_comment(at: Scalar, name: str, value: str, rest: str, otherwise: str) -> Proposal:
    """Propose a value, with the other text as a comment after it."""
    written = f"{value} # {rest.strip()}" if rest.strip() else value
    return replacing(at, written, f"write `{name}: {plain(written)}`", otherwise)


READERS: Final[Mapping[str, Callable[[_Reader, str, Scalar], None]]] = {
    **{
        key: _Reader.choice if get_origin(field.annotation) is Literal else _Reader.text
        for key, field in Metadata.model_fields.items()
    },
    "version": _Reader.version,
    STYLE: _Reader.style,
    "default": _Reader.style,
    "allow_override": _Reader.boolean,
    "language": _Reader.language,
    "min_coverage": _Reader.share,
}


def _bounds(value: Scalar | Collection) -> Range | None:
    """Return the two numbers of a scale, written as a list or as a range."""
    if isinstance(value, Scalar):
        return parse_range(value.text.strip())
    if value.mapping or len(value.values) != 2:
        return None
    low, high = [parse_signed(look(v.text.strip())) if isinstance(v, Scalar) else None for v in value.values]
    return None if low is None or high is None else Range(low, high)


def _meant_scale(value: Scalar | Collection) -> Range | None:
    """Return the scale of two numbers in other words."""
    spoken = spoken_range(value.text) if isinstance(value, Scalar) else None
    return None if spoken is None or spoken.above or spoken.below else closed(spoken, None, ())
