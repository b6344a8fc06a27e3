"""docs/format.md, whose tables come from the models."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from worker.compiler.blocks import MAX_DEPTH
from worker.compiler.vocabulary import CATEGORIES, DIMENSIONS, EXAMPLES, FIELDS_OF, FieldSpec
from worker.definition import (
    MAX_CATEGORIES,
    MAX_DIGITS,
    MAX_DIMENSIONS,
    MAX_TEXT_BYTES,
    WEIGHT_TOLERANCE,
    Definition,
    Dimension,
    Example,
    InterviewGuidelines,
    InterviewStyle,
    Metadata,
    ResultCategory,
)
from worker.ids import LONGEST_ID

TARGET = Path("docs/format.md")


def one_of(words: Any) -> str:
    """Return the words of a Literal as a sentence lists them."""
    *most, last = (f"`{word}`" for word in get_args(words))
    return f"{', '.join(most)} or {last}"


FIELDS = {
    "id": "a slug, such as `strategic-thinking`, that stays when the name changes; unique (see below)",
    "weight": "`0.25`, `25%` or `1/4`; more than 0, at most 1; "
    f"all weights sum to 1, give or take {WEIGHT_TOLERANCE}",
    "description": "text",
    "interview_themes": "list of texts",
    "scoring_rubric": "list of `range: text`, a numbered list, or a table ([below](#rubrics)); inside the scale, without overlaps",
    "score_range": "`[4.0, 5.0]`, `4.0-5.0`, `4.0 – 5.0` or `4.0 to 5.0`, inside the scale; or open at one end ([below](#open-ranges))",
    "primary_dimensions": "list of dimensions, or a single one",
    "strengths": "list of texts",
    "growth_areas": "list of texts",
    "recommendations": "list of texts",
    "scores": "list of `dimension: score`; an omitted dimension was not scored",
    "overall": "the expected overall score",
    "category": "the expected category, or `none`",
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
    words = one_of(field.annotation) if get_origin(field.annotation) is Literal else ""
    value = ": ".join(filter(None, [words, field.description])) or "text"
    return f"| `{key}` | {'yes' if field.is_required() else 'no'} | {value} | {default} |"


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
guide for beginners, and [diagnostics.md](diagnostics.md) explains every message of the compiler.

The general rule: the compiler accepts every unambiguous spelling, refuses everything ambiguous, and reports all errors of a
file in one pass.

## The file

- UTF-8, with or without a byte order mark; line ends may be LF, CRLF or CR. At most {bytes} bytes.
- At most {dimensions} dimensions and {categories} result categories.
- First comes the front matter: YAML between two `---` lines. Only blank lines may precede it.
- Then comes the body in CommonMark. `##` headings begin sections, `###` headings the items in them.
- HTML is not allowed. Links and images need complete http, https or mailto addresses.
- Lists and quotes can be nested at most {depth} levels deep. A number has at most {digits} characters.

## Front matter

{keys}

`interview_style: 4` and `interview_style.default: 4` are short for `interview_style: {{default: 4}}`.
Spaces, hyphens, underscores and case in keys and fixed values do not matter.
Scalars follow YAML 1.2: `yes`, `no` and `1:30` are strings. Aliases, anchors, tags, duplicate
keys and deep nesting are refused. An unknown key is a warning. `format` keeps comments (`# like this`).

## Sections

| section | required | items |
| --- | --- | --- |
| `## Dimensions` | yes | one `###` heading for each dimension, at least one |
| `## Result Categories` | yes | one `###` heading for each category, at least one |
| `## Interview Guidelines` | no | `### Opening`, `### Probing Questions`, `### Closing` |
| `## Examples` | no | one `###` heading for each test case |

Case, emphasis around a heading, a final colon and a leading number do not matter: `## 2.
Result categories:` is the second section. A duplicate section is an error; an unknown section is a warning
and is ignored. A first-level heading that repeats the name is ignored; any other is a warning. Headings
underlined with `---` or `===` are headings too.

The name of an item is its heading, without emphasis around it and without a final colon. Names of
dimensions, of categories and of examples must be unique. No-break spaces, which word
processors insert, become plain spaces in names.

**Two names are the same if they look the same**, in a heading, in a reference, and in
the scores of an example or an agent. These differences are ignored:

- upper and lower case;
- the form of a character: full-width, superscript, circled, a ligature, a combining accent (Unicode's compatibility form,
  NFKD);
- the kind of hyphen or dash (`-`, U+2010 to U+2015, the minus sign U+2212), of single quotation mark or
  apostrophe, and of double quotation mark;
- invisible characters: soft hyphens, joiners, direction marks, zero-width spaces, and variation
  selectors (an emoji with and without U+FE0F).

ß differs from ss: "Straße" and "Strasse" are two names. Names of more than 1,000 characters are compared
exactly. The compiler and the database apply the same rule, each with its own Unicode version. An older version
does not know newer letters, so it treats their upper and lower case as different. Compared with
Python 3.11 (Unicode 14), a Postgres whose ICU is from 2017 differs for Georgian capitals
(U+1C90 to U+1CBF), Medefaidrin, Vithkuqi and sixteen rare letters; with ICU 70 or newer there is no difference.

## Fields

The fields of an item are the bullets under its heading, each `key: value`. Bullets may be `-`, `*`, `+` or
numbered. The key may be bold, italic, in backticks or plain, with the colon inside or outside of the marks.
Case, spaces, hyphens and underscores do not matter, so `**Score Range**:`, `score-range:`
and `scoreRange:` are the same.

A text can continue on further lines and paragraphs of the bullet. It is stored as the Markdown that was written, without
surrounding white space and common indentation. YAML's `|` or `>`
after the colon, with the text on further lines, is dropped.

A list is either nested bullets or `[a, "b, c", d]` on one line. Commas inside quotation marks, brackets and
code do not separate items. The outer brackets may be escaped (`\\[a, b\\]`), as in exports of Google Docs.

**Nothing is taken in by a neighbour in silence.** A line that spells a field, but is indented too far or has no
bullet, is text of the field above: it is an error at that line, and a warning where the item has that field too. A
line without a bullet among the entries of a list, an entry that is indented further than the others, a heading or a
drawn line (`---`) inside of a bullet, and a level of a rubric or a question behind another in its line are warnings. A
missing field inside of the line of another is an error. A bullet that is indented less than the text of a numbered one above it belongs to
that one, with a warning. A text of the front matter that ends at a ` #` is a warning.

**What looks like a character of the keyboard is one** in keys, numbers, ranges and references: full-width digits
and colons, digits of other scripts, hyphens and dashes of any kind, curly quotation marks; and what cannot be seen is left out.

### Dimensions

{dimension_fields}

A fraction is stored with six decimal places, rounded half up (`1/3` is 0.333333); decimals and percentages
keep their value. Rubric ranges are sorted.

**The id of a dimension** stays the same when its name changes, so that results remain comparable. By default it is the
slug of the name: `Führung & Größe` has the id `fuhrung-grosse`. If the name has no letter or digit for a slug, or the
slug would have more than {id_length} characters, the id is `d-` and eight hexadecimal digits. To rename a
dimension, state its old id under the new name. `format` omits an id that equals the default. Ids must be unique, and a stated id
must differ from the default ids of all other dimensions: of `C++` and `C#`, which both default to `c`, one needs its own
id. An id that was removed from an assessment can only be used again for the same, unchanged dimension.

#### Rubrics

A range is `3`, `3-4` or `3–4`, with decimals (`0.5-1`) or a decimal comma (`0,5-1`). A label may follow it: in
`1 (Low): text` and `1 – Low: text` it becomes the beginning of the text; `1 = text`, `1 → text` and `1 – text` have none. In a
numbered list whose entries begin with no range of their own, the number is the range. `3,4:` is refused where it
could be 3.4 or 3 to 4.

A rubric may be a Markdown table, under its bullet or below the fields: with two columns, the range and its text,
or with one column for each range, the ranges in the header and one row of texts. A table with another column, a
row with an empty or missing cell, and a further row are errors at their lines; a header that is a range is read as
a row, with a warning.

### Result categories

{category_fields}

References are compared as names (see above), and stored as spelled in the dimension's heading.

#### Open ranges

`4.0+`, `>= 4.0`, `≥ 4.0`, `> 3.9`, `< 2.0`, `<= 1.9` and `≤ 1.9` end where the scale ends. What is more, or less,
than a number begins one step from it, in the finest steps that any range of the file is written in: beside
`[1.0, 3.9]`, `> 3.9` is `[4.0, 5]`. A warning names the closed range, and `format` writes it. Numbers may have a
decimal comma, `3,5 - 4,0` and `[3,5, 4,0]`.

### Interview guidelines

`### Opening` and `### Closing` contain text. One pair of quotation marks around all of it, or one level
of block quote, is dropped; `format` writes a block quote if the text contains headings. A thematic
break (`---`) before or after the text is dropped.

`### Probing Questions` contains bullets in any of these forms; a question for no dimension is stored under
`general`:

- `When exploring <dimension>: "question"`, or `<dimension>: question`;
- a bullet with the dimension's name, and the questions as bullets under it;
- a `####` heading with the dimension's name, and a list of questions under it.

The dimension may be numbered (`- 1. Vision: question`), and so may the three headings (`### 1. Opening`).
Bullets under a question belong to it. These bullets are errors, not general questions: one that begins with a colon after
something similar to a dimension's name, and one that is only a dimension's name.
These spellings are read as what they must mean, each with a warning: `**Care** question`, `Care – question`,
`[Care] question`, `question (Care)`, `Care (general): question`, `To explore Care: question`, a line `**Care**`
over a list, and a bold label or a bullet `Opening:` in place of a heading. A question that begins with a
dimension's name and has no colon is kept under `general`, with a warning.

The dimension may be numbered (`- 1. Vision: question`), and the three headings too (`### 1. Opening`).
Bullets under a question belong to it. A bullet that begins with something like a dimension's name and a colon,
but not with one, is an error, not a general question; and so is a bullet that is a dimension's name and
nothing else, or names several dimensions in front of the colon.

### Examples

Examples are the author's own test cases. The compiler scores them like interviews; a wrong expectation is an error.

{example_fields}

At least one of `overall` and `category` is needed.

## Overlaps, gaps and edges

Scores are rounded half up, first to two decimal places and then to the precision of the file: the largest
number of decimal places in any bound of a `score_range`. `[1.0, 2.9]` and `[3.0, 5.0]`
therefore leave no gap, and neither do `[1, 2]` and `[3, 5]`; `[1, 3.0]` and `[4.5, 5]` leave 3.1 to 4.4.

- Two categories with overlapping ranges must differ in their `primary_dimensions`; otherwise it is
  an error.
- A possible overall score in no range is a warning, and so is a range that no interview can
  reach. The possible scores are computed exactly, for interviews that score every dimension with any decimal
  from the lowest to the highest mark of its rubric, or of the scale if it has no rubric.
- Where ranges overlap, the category whose primary dimensions have the higher average wins. If an
  interview can give both the same average, the order in the file decides, which is a warning.
- A category without primary dimensions uses the overall score instead of their average. A category whose primary
  dimensions were all unscored is chosen only if no other category matches.

## The definition

The compiler turns a valid file into JSON. [definition.schema.json](definition.schema.json) is its JSON
Schema.

{json}

Missing lists are empty; missing texts are omitted. The order of keys is
fixed, and the same file always produces the same bytes. Numbers are exact decimals: weights in their shortest
form (`0.20` is 0.2), bounds of ranges and scales with the decimal places of the file, which state the
precision. An example that expects no match has the category `none`.

## Diagnostics and fixes

All problems of a file are reported at once, one object each, in the order of the file:

| field | meaning |
| --- | --- |
| `severity`, `code` | `error` or `warning`, and what is wrong; [diagnostics.md](diagnostics.md) lists the codes |
| `line`, `column`, `end_line`, `end_column` | the start, and the position after the last character; all count from 1 |
| `section` | where in the structure of the file, such as `Dimensions / Vision / weight` |
| `message`, `hint` | what is wrong, and how to fix it |
| `args` | the values in the message, by name, so that a front end can translate it |
| `fix` | edits that fix it, if they can be computed: `{{"title", "safe", "edits"}}` |

An edit is `{{"line", "column", "end_line", "end_column", "text"}}`: replace the characters between the two positions with `text`.
The edits of a fix are in the order of the file, do not overlap, and must be applied together; fixes of two diagnostics may overlap.
The lines of `text` end with a line feed; convert them for a file with other line ends.

Every fix is proved by compiling the file with its edits: the result has fewer diagnostics and no new one. If no fix can be proved,
the diagnostic has no `fix`, and its hint states a rule instead of a value. In very large files with many
diagnostics, only the first ones have fixes. A fix is `safe` if it only changes the spelling of a key or a name, indentation, a mark
such as a bullet, or the level of a heading. A fix that changes a number or removes text is not.

Columns count Unicode code points, like Python, not UTF-16 units like JavaScript, Java and the language server protocol,
where a character such as 😀 counts as two. In JavaScript, `[...line].slice(0, column - 1).join("").length` is the number of units before a
column. A byte order mark is not a column. A line ends with a line feed, a carriage return, or both.

## On the command line

    python -m worker check FILE... [--format text|json|github] [--only-assessments] [--fix [--unsafe] [--diff]]
    python -m worker format FILE... [--check] [--only-assessments] [--from-json]
    python -m worker diff OLD NEW [--format text|json|markdown|github]
    python -m worker explain CODE
    python -m worker template [NAME]
    python -m worker mcp

FILE is a file, a folder (all Markdown files in it that begin with `---`), or `-` for standard input. With
`--only-assessments`, named files that do not begin with `---` are skipped too. `check` exits with 0
if no file has an error, 1 if any file has one, and 2 if a file cannot be read or the report cannot be written.
`--format json` prints one object per file, on one line: `{{"file", "valid", "definition", "diagnostics"}}`;
`--format github` prints annotations for workflows. Text is coloured on a terminal, unless `NO_COLOR` is set.

`--fix` applies the safe [fixes](#diagnostics-and-fixes) of each file in place, prints a line for each, and reports what remains; the exit
code is about that. A fix can make another possible, so a file is compiled and fixed again, 20 times at most. `--unsafe` applies the others too.
With `--diff` nothing is written: standard output shows what would change, as `patch` and `git apply` read it. The text of standard
input is written to standard output. In both cases the report goes to standard error. With `--format json` the object has `fixed` besides,
the diagnostics with the fixes that were applied. Line ends, a byte order mark and the mode of the file are kept; it is replaced in one step.

`format` rewrites valid files in the canonical style and skips others; `--check` only lists the files that
would change. A comment in the front matter names what the definition omits, such as an unknown section.
With `--from-json`, each FILE is a definition in JSON, and its canonical Markdown is printed. Errors
are reported by path, such as `$.dimensions[0].weight`; with `--check`, nothing else is printed.

`diff` is described in [changes.md](changes.md#comparing-two-files). `explain` prints what [diagnostics.md](diagnostics.md) has about a
code. `template` prints one of the assessments in `examples/starters`. `mcp` offers all of this
[to a language model](authoring.md#16-with-a-language-model).

In Python, `worker.compiler.compile_markdown(source)` returns a `Compilation` with `definition`, `diagnostics`
and `valid`, and `worker.compiler.format_definition(definition)` returns the canonical Markdown of any
definition, including one from a builder.

As a pre-commit hook:

    repos:
      - repo: <address of this repository>
        rev: <version>
        hooks:
          - id: check-assessments
          - id: format-assessments

The hooks check every Markdown file that a commit changes, with `--only-assessments`, so they skip a README. If your
assessments are in one folder, name it: then a file there without `---` is reported, and other Markdown with front matter is
skipped.

          - id: check-assessments
            files: ^assessments/
            args: []

As a GitHub Action, in a workflow such as `.github/workflows/assessments.yml`:

```yaml
name: assessments

on:
  pull_request:
  push:
    branches: [main]

permissions:
  contents: read

jobs:
  check:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
        with:
          fetch-depth: 0
          persist-credentials: false
      - uses: OWNER/REPOSITORY@COMMIT # this repository
        with:
          path: assessments
```

It fails if a file has an error or is not in the canonical style (`format: "false"` allows any style), and annotates the lines. The page of
the run shows the report, and [what changed](changes.md#comparing-two-files) in each file since the base of the pull request or the commit
before the push; `base` names another branch or commit. The program and its packages are those of COMMIT. It
runs on Linux and macOS.
"""
