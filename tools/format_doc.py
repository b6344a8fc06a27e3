"""docs/format.md, whose tables come from the models."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from worker.compiler.blocks import MAX_DEPTH
from worker.compiler.vocabulary import CATEGORIES, DIMENSIONS, EXAMPLES, FIELDS_OF, FieldSpec
from worker.definition import (
    INTERVIEW_STYLES,
    MAX_CATEGORIES,
    MAX_DIGITS,
    MAX_DIMENSIONS,
    MAX_NAME,
    MAX_SCALE,
    MAX_TEXT_BYTES,
    WEIGHT_TOLERANCE,
    AssessmentType,
    Definition,
    Dimension,
    Disclosure,
    Example,
    InterviewGuidelines,
    InterviewStyle,
    Metadata,
    ResultCategory,
)
from worker.ids import LONGEST_ID

TARGET = Path("docs/format.md")

LOWEST, *_, HIGHEST = INTERVIEW_STYLES


def one_of(words: Any) -> str:
    """Return the words of a Literal as a sentence names them."""
    *most, last = (f"`{word}`" for word in get_args(words))
    return f"{', '.join(most)} or {last}"


KEYS = {
    "name": f"1 to {MAX_NAME} characters",
    "version": "`major.minor`; the text counts, so `1.10` is not `1.1`",
    "type": one_of(AssessmentType),
    "author": "text",
    "description": "text",
    "interview_style": f"{LOWEST} (highly structured) to {HIGHEST} (fully conversational), or the two keys below",
    "interview_style.default": f"whole number from {LOWEST} to {HIGHEST}",
    "interview_style.allow_override": "`true` or `false`: whether a campaign or session may choose another style",
    "result_disclosure": f"{one_of(Disclosure)}: what a respondent sees",
    "scale": f"`[low, high]`, the range of a score; 0 <= low < high <= {MAX_SCALE}",
}

FIELDS = {
    "id": "a slug, such as `strategic-thinking`, that stays when the name changes; unique (see below)",
    "weight": "`0.25`, `25%` or `1/4`; more than 0, at most 1; "
    f"all weights sum to 1, give or take {WEIGHT_TOLERANCE}",
    "description": "text",
    "interview_themes": "list of texts",
    "scoring_rubric": "list of `range: text`; a range is `3`, `3-4` or `3–4`, inside the scale, without overlaps",
    "score_range": "`[4.0, 5.0]`, `4.0-5.0`, `4.0 – 5.0` or `4.0 to 5.0`, inside the scale",
    "primary_dimensions": "list of dimensions",
    "strengths": "list of texts",
    "growth_areas": "list of texts",
    "recommendations": "list of texts",
    "scores": "list of `dimension: score`; a dimension that is left out was not scored",
    "overall": "the overall score that scoring must give",
    "category": "the category that scoring must give, or `none`",
}


def generate() -> str:
    """Return the page."""
    return PAGE.format(
        bytes=f"{MAX_TEXT_BYTES:,}",
        dimensions=MAX_DIMENSIONS,
        categories=MAX_CATEGORIES,
        depth=MAX_DEPTH,
        digits=MAX_DIGITS,
        id_length=LONGEST_ID,
        keys=_keys(),
        dimension_fields=_fields(FIELDS_OF[DIMENSIONS]),
        category_fields=_fields(FIELDS_OF[CATEGORIES]),
        example_fields=_fields(FIELDS_OF[EXAMPLES]),
        json=_json(),
    )


def _keys() -> str:
    rows = ["| key | required | value | default |", "| --- | --- | --- | --- |"]
    for key, info in Metadata.model_fields.items():
        rows.append(_key_row(key, info))
        if key == "interview_style":
            rows += [_key_row(f"{key}.{name}", field) for name, field in InterviewStyle.model_fields.items()]
    return "\n".join(rows)


def _key_row(key: str, field: Any) -> str:
    default = ""
    if (
        not field.is_required()
        and field.default is not None
        and not isinstance(field.default, InterviewStyle)
    ):
        default = f"`{_spelled(field.default)}`"
    return f"| `{key}` | {'yes' if field.is_required() else 'no'} | {KEYS[key]} | {default} |"


def _spelled(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(str, value))}]"
    return str(value)


def _fields(fields: Mapping[str, FieldSpec]) -> str:
    rows = ["| field | required | value |", "| --- | --- | --- |"]
    for name, spec in fields.items():
        rows.append(f"| `{name}` | {'yes' if spec.is_required else 'no'} | {FIELDS[name]} |")
    return "\n".join(rows)


def _json() -> str:
    rows = ["| object | keys, in this order |", "| --- | --- |"]
    for model, where in (
        (Definition, "the definition"),
        (Metadata, "`metadata`"),
        (InterviewStyle, "`metadata.interviewStyle`"),
        (Dimension, "each of `dimensions`"),
        (ResultCategory, "each of `resultCategories`"),
        (InterviewGuidelines, "`interviewGuidelines`"),
        (Example, "each of `examples`"),
    ):
        names = ", ".join(f"`{field.alias or name}`" for name, field in model.model_fields.items())
        rows.append(f"| {where} | {names} |")
    return "\n".join(rows)


PAGE = """\
# The assessment format, version 1

<!-- Written by `make generate`; change tools/format_doc.py instead. -->

One Markdown file defines one assessment. This page is the reference; [authoring.md](authoring.md) is the
guide that begins at an empty file, and [diagnostics.md](diagnostics.md) explains everything that the
compiler says.

The rule behind all others: every spelling that can only mean one thing is accepted, everything that could
mean two is refused, and all faults of a file are reported in one pass.

## The file

- UTF-8, with or without a byte order mark; line ends may be LF, CRLF or CR. At most {bytes} bytes.
- At most {dimensions} dimensions and {categories} result categories.
- First the front matter: YAML between two `---` lines. Only blank lines may stand before it.
- Then the body: CommonMark. `##` headings open sections, `###` headings open the items in them.
- No HTML. Links and pictures lead to http, https or mailto addresses, written in full.
- Lists and quotes are nested at most {depth} levels deep; a number has at most {digits} characters.

## Front matter

{keys}

`interview_style: 4` is short for `interview_style: {{default: 4}}`, and `interview_style.default: 4` is
accepted too. Spaces, hyphens, underscores and upper case in a key or in a fixed value make no difference.
Scalars are read as YAML 1.2 reads them: `yes`, `no` and `1:30` are texts. Aliases, anchors, tags, duplicate
keys and deep nesting are refused. An unknown key is a warning. Lines of comment (`# like this`) are kept by
`format`.

## Sections

| section | required | items |
| --- | --- | --- |
| `## Dimensions` | yes | one `###` heading for each dimension, at least one |
| `## Result Categories` | yes | one `###` heading for each category, at least one |
| `## Interview Guidelines` | no | `### Opening`, `### Probing Questions`, `### Closing` |
| `## Examples` | no | one `###` heading for each test case |

Upper case, emphasis around a heading, a colon at its end and a number before it make no difference: `## 2.
Result categories:` is the second section. The same section twice is an error; an unknown one is a warning
and is left out. A first-level heading that repeats the name is ignored; any other is a warning. Headings
underlined with `---` or `===` count.

The name of an item is its heading, without emphasis around it and without a colon at its end. Names of
dimensions, of categories and of examples are unique. The spaces at which no line is broken, which word
processors write, are stored as plain spaces in names.

**Two names are the same when they look the same**, wherever one is written: as a heading, as a reference, in
the scores of an example or of an agent. These do not count:

- upper and lower case;
- the form of a character: full-width, superscript or circled, a ligature, an accent written as a mark of its
  own (Unicode's compatibility form, NFKD);
- the kind of a hyphen or dash (`-`, U+2010 to U+2015, the minus sign U+2212), of a single quotation mark or
  apostrophe, of a double quotation mark;
- what cannot be seen: soft hyphens, joiners, marks of direction, spaces without width, and variation
  selectors (an emoji with and without U+FE0F).

ß is not ss: "Straße" and "Strasse" are two names. Names of more than 1,000 characters are the same only when
each character is. The compiler and the database follow one rule with the tables of their own Unicode version;
where one is older, it does not know the younger letters, and for it their upper and lower case differ. Of what
Python 3.11 knows (Unicode 14) that concerns, on a Postgres whose ICU is as old as 2017, Georgian capitals
(U+1C90 to U+1CBF), Medefaidrin, Vithkuqi and sixteen rare letters; on one with ICU 70 or newer, nothing.

## Fields

The fields of an item are the bullets under its heading, each `key: value`. Bullets may be `-`, `*`, `+` or
numbered. The key may be bold, italic, in backticks or plain, with the colon inside or outside of that;
upper case, spaces, hyphens and underscores in it make no difference, so `**Score Range**:`, `score-range:`
and `scoreRange:` are the same.

A text goes on over further lines and paragraphs of the bullet. It is kept as Markdown, as it was written;
only white space at its ends, and indentation that all its further lines share, is dropped. YAML's `|` or `>`
directly behind the colon, with the text on further lines, is not part of it.

A list is nested bullets, or `[a, "b, c", d]` on one line; commas inside of quotation marks, brackets and
code do not separate. The outer brackets may be escaped (`\\[a, b\\]`), as Google Docs exports them.

### Dimensions

{dimension_fields}

A fraction is stored with six decimal places, rounded half up (`1/3` is 0.333333); decimals and percentages
keep their value. Rubric ranges are stored from the lowest to the highest.

**The id of a dimension** is what stays when its name changes: with the same id it is the same dimension, whose results
can be compared. A dimension that states none has the slug of its name, as `Führung & Größe` has `fuhrung-grosse`; one whose
name has no letter or digit for a slug, or gives more than {id_length} characters, has `d-` and eight digits. So to rename a
dimension, write the id that it had under the new name. Stating the id that the name gives anyway changes nothing, and
`format` leaves it out. No two dimensions have the same id, and a stated id is not the one that the name of another
dimension gives: of `C++` and `C#`, which both give `c`, one needs an id of its own. An id that was removed from an
assessment comes back only with the dimension that it named, unchanged; anything else is given another id.

### Result categories

{category_fields}

References are found as names are compared (above), and are stored as the dimension spells itself.

### Interview guidelines

`### Opening` and `### Closing` hold text. One pair of quotation marks around the whole of it, or one level
of block quote, is dropped; `format` uses the block quote for texts that have headings of their own. A thematic
break (`---`) in front of the text or behind it is not part of it.

`### Probing Questions` holds bullets, in any of these forms; a question for no dimension is kept under
`general`:

- `When exploring <dimension>: "question"`, or `<dimension>: question`;
- a bullet with the dimension's name, and the questions as bullets under it;
- a `####` heading with the dimension's name, and a list of questions under it.

The dimension may be numbered (`- 1. Vision: question`), and the three headings too (`### 1. Opening`).
Bullets under a question belong to it. A bullet that begins with something like a dimension's name and a colon,
but not with one, is an error, not a general question; and so is a bullet that is a dimension's name and
nothing else.

### Examples

Examples are the author's own test cases. They are scored by the rule for interviews when the file is
compiled, and a wrong expectation is an error.

{example_fields}

At least one of `overall` and `category` is needed.

## Overlaps, gaps and edges

Scores are rounded, half up, first to two decimal places and then to the precision of the file: the largest
number of decimal places that any bound of any `score_range` is written with. `[1.0, 2.9]` and `[3.0, 5.0]`
therefore leave no gap, and neither do `[1, 2]` and `[3, 5]`; `[1, 3.0]` and `[4.5, 5]` leave 3.1 to 4.4.

- Two categories that share a part of the range must differ in their `primary_dimensions`; otherwise it is
  an error.
- Overall scores that can occur and lie in no range are a warning, and so is a range that no interview can
  reach. What can occur is worked out exactly, for interviews that score every dimension: one with a rubric
  is scored with any decimal from the lowest to the highest mark of its rubric, one without with any decimal
  of the scale.
- Where two categories share scores, the one whose primary dimensions average higher wins. If there is an
  interview in which both average the same, the order in the file decides, which is a warning.
- A category without primary dimensions counts with the overall score instead of their average. One whose primary
  dimensions were all left unscored in an interview is taken only where no other category has the score.

## The definition

The compiler turns a valid file into JSON. [definition.schema.json](definition.schema.json) is its JSON
Schema.

{json}

Lists are present and empty when the file has none; texts that it does not have are left out. Key order is
fixed, and the same file always gives the same bytes. Numbers are exact decimals: weights in their shortest
form (`0.20` is 0.2), bounds of ranges and scales with the decimal places they were written with, because
these carry the precision. An example that expects no match has the category `none`.

## Diagnostics and fixes

Everything that is wrong with a file is reported at once, each as an object, in the order of the file:

| field | meaning |
| --- | --- |
| `severity`, `code` | `error` or `warning`, and what is wrong; [diagnostics.md](diagnostics.md) lists the codes |
| `line`, `column`, `end_line`, `end_column` | where it begins, and the place behind its last character; all count from 1 |
| `section` | where in the structure of the file, such as `Dimensions / Vision / weight` |
| `message`, `hint` | what is wrong, and how to fix it |
| `args` | the parts of the message that are of this file, by name, so that a front end can translate it |
| `fix` | edits that fix it, where they can be computed: `{{"title", "safe", "edits"}}` |

An edit is `{{"line", "column", "end_line", "end_column", "text"}}`: write `text` in place of what is there from the first place to the
second. The edits of a fix are in the order of the file, do not overlap, and are applied together; fixes of two diagnostics may overlap.
The lines of `text` end with a line feed; a file with other line ends gets its own.

A fix is proved before it is reported: the file is compiled with its edits, and has at least one diagnostic less and none that is new. Where
that cannot be had, the diagnostic has no `fix`, and its hint states a rule instead of a value. Very large files with many
diagnostics have fixes for the first of them only. A fix is `safe` when it changes the spelling of a key or a name, indentation, a mark
such as a bullet's, or the level of a heading; one that changes a number or removes a text is not.

Columns count Unicode code points, as Python does, and not the UTF-16 units of JavaScript, Java and the language server protocol,
in which a character such as 😀 counts as two. In JavaScript, `[...line].slice(0, column - 1).join("").length` is the number of units in front of a
column. A byte order mark is not a column; a line feed, a carriage return, or both together end a line.

## On the command line

    python -m worker check FILE... [--format text|json|github] [--only-assessments]
    python -m worker format FILE... [--check] [--only-assessments] [--from-json]
    python -m worker diff OLD NEW [--format text|json|markdown|github]

FILE is a file, a folder (all Markdown files in it that begin with `---`), or `-` for standard input. With
`--only-assessments` a file that does not begin with `---` is left out also where it is named. `check` exits 0
when no file has an error, 1 when any has, 2 when one cannot be read or the report cannot be written.
`--format json` prints one object a file and line: `{{"file", "valid", "definition", "diagnostics"}}`;
`--format github` prints annotations for workflows. Text is coloured on a terminal, unless `NO_COLOR` is set.

`format` rewrites valid files in the canonical spelling, and leaves the others alone; `--check` only says
which would change. What the definition leaves out, such as an unknown section, is named in a comment in the
front matter. With `--from-json` each FILE is a definition in JSON, whose canonical Markdown is printed; what
is wrong with it is named by its path, such as `$.dimensions[0].weight`, and with `--check` nothing is printed
but that.

`diff` compares two files, of which one can be `-`, by the rules of [changes.md](changes.md#comparing-two-files). It exits 0 when they
are equal or differ in presentation only, 1 for other changes, and 2 when a file cannot be read or has an error.

In Python, `worker.compiler.compile_markdown(source)` gives a `Compilation` with `definition`, `diagnostics`
and `valid`, and `worker.compiler.format_definition(definition)` gives the canonical Markdown of a
definition, also of one from a builder.

As a pre-commit hook:

    repos:
      - repo: <address of this repository>
        rev: <version>
        hooks:
          - id: check-assessments
          - id: format-assessments

The hooks are given every Markdown file that a commit changes, and pass `--only-assessments`, so that a README
is left alone. Where the assessments have a folder of their own, name it: then a file there that has lost its
`---` is told too, and other Markdown with a front matter is left alone.

          - id: check-assessments
            files: ^assessments/
            args: []
"""
