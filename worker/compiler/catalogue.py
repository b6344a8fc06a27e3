"""Every code that the compiler says, explained by an example: the source of docs/diagnostics.md.

An example is an edit of ``SPECIMEN``, a small valid file: the lines ``bad`` in place of the lines ``good``.
What is said about it is not written down but compiled, so that the documentation cannot disagree with the
code.
"""

from dataclasses import dataclass
from typing import Final

from worker.compiler.diagnostics import WARNINGS, Code, Severity

__all__ = ["CATALOGUE", "SPECIMEN", "Entry"]

SPECIMEN: Final = """\
---
name: Team Check
version: 1.0
---

## Dimensions

### Vision

- weight: 0.6
- description: Knows where the team is going.
- scoring_rubric:
  - 1-2: Lives from day to day.
  - 3-5: Has a plan that others can repeat.

### Trust

- weight: 0.4
- description: Can be told bad news.

## Result Categories

### Starting

- score_range: [1.0, 2.9]
- description: The basics come first.

### Thriving

- score_range: [3.0, 5.0]
- primary_dimensions: [Vision]
- description: Keep going.

## Interview Guidelines

### Opening

Thank you for your time.

### Probing Questions

- Vision: Where will the team be in a year?

## Examples

### A good team

- scores: [Vision: 4, Trust: 4]
- overall: 4.0
- category: Thriving
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One code: what it means, and lines of the specimen (``good``) with their faulty form (``bad``).

    ``after_compiling`` marks the codes that the database or the worker says when an upload is finished, which
    a file alone cannot show.
    """

    code: Code
    meaning: str
    good: str = ""
    bad: str = ""
    after_compiling: bool = False

    @property
    def usual_severity(self) -> Severity:
        """The severity with which the code is usually said."""
        return "warning" if self.code in WARNINGS else "error"

    @property
    def source(self) -> bytes:
        """The specimen with the fault."""
        if not self.good:
            return self.bad.encode("latin-1")
        return SPECIMEN.replace(self.good, self.bad, 1).encode("latin-1")


CATALOGUE: Final = (
    Entry(Code.EMPTY_FILE, "The file holds nothing but white space.", "", "\n"),
    Entry(
        Code.FILE_TOO_LARGE,
        "A file has at most 512,000 bytes. Nothing else of it is checked.",
        "",
        "x" * 512_001,
    ),
    Entry(
        Code.INVALID_UTF8,
        "The file is not UTF-8. Editors offer the encoding when they save.",
        "Thank you for your time.",
        "Thank you \x96 for your time.",
    ),
    Entry(
        Code.NUL_BYTE,
        "The file holds a NUL byte, which no text has.",
        "Thank you for your time.",
        "Thank you\x00for your time.",
    ),
    Entry(
        Code.FENCED_FILE,
        "The whole file stands in a code block, as chats with language models give it.",
        "---\nname: Team Check",
        "```markdown\n---\nname: Team Check",
    ),
    Entry(
        Code.TOO_MANY_FAULTS,
        "At most 100 faults are shown; this one says how many there are besides.",
        "- weight: 0.6\n",
        "- weight: 0.6\n" + "".join(f"- field {n}: x\n" for n in range(101)),
    ),
    Entry(
        Code.MISSING_FRONT_MATTER,
        "A file begins with its front matter: lines of `key: value` between two `---` lines.",
        "---\nname: Team Check\nversion: 1.0\n---\n",
        "# Team Check\n",
    ),
    Entry(
        Code.MISPLACED_FRONT_MATTER,
        "There is text before the front matter, such as the first words of a language model's answer.",
        "---\nname: Team Check",
        "Here is your assessment:\n\n---\nname: Team Check",
    ),
    Entry(
        Code.UNCLOSED_FRONT_MATTER,
        "The second `---` line is missing.",
        "version: 1.0\n---\n",
        "version: 1.0\n",
    ),
    Entry(
        Code.YAML_SYNTAX,
        "A line of the front matter cannot be read. Most often a value needs quotation marks.",
        "name: Team Check",
        "name: Team Check: the basics",
    ),
    Entry(Code.YAML_ALIAS, "Aliases are not allowed in the front matter.", "version: 1.0", "author: *name"),
    Entry(
        Code.YAML_ANCHOR, "Anchors are not allowed in the front matter.", "version: 1.0", "author: &me Maria"
    ),
    Entry(Code.YAML_TAG, "Tags are not allowed in the front matter.", "version: 1.0", "author: !!str Maria"),
    Entry(
        Code.YAML_TOO_DEEP,
        "The front matter holds short values; nothing in it is nested more than three levels deep.",
        "version: 1.0",
        "author: [[[[Maria]]]]",
    ),
    Entry(Code.MISSING_KEY, "The front matter must have a `name`.", "name: Team Check\n", ""),
    Entry(
        Code.UNKNOWN_KEY,
        "The front matter has a key that the format does not know. It is a warning, unless it "
        "was meant to be `name`.",
        "version: 1.0",
        "auther: Maria",
    ),
    Entry(Code.DUPLICATE_KEY, "A key stands twice.", "version: 1.0", "version: 1.0\nversion: 1.1"),
    Entry(
        Code.INVALID_NAME, "The name of an assessment has 1 to 200 characters.", "name: Team Check", "name:"
    ),
    Entry(
        Code.INVALID_VERSION,
        "A version is two whole numbers with a point between. `1.10` comes after `1.9`.",
        "version: 1.0",
        "version: v2",
    ),
    Entry(
        Code.INVALID_VALUE,
        "A key has a value that it cannot have.",
        "version: 1.0",
        "interview_style: {allow_override: no}",
    ),
    Entry(
        Code.INVALID_SCALE,
        "The scale is two numbers from 0 to 9.99, the lower first.",
        "version: 1.0",
        "scale: [5, 1]",
    ),
    Entry(
        Code.RAW_HTML,
        "HTML is not allowed: definitions are shown in browsers and read by language models.",
        "- description: Keep going.",
        "- description: Keep <b>going</b>.",
    ),
    Entry(
        Code.UNSAFE_LINK,
        "Links and pictures lead to http, https or mailto addresses, written in full.",
        "- description: Keep going.",
        "- description: Keep going, see <ftp://example.org/guide>.",
    ),
    Entry(
        Code.NESTED_TOO_DEEP,
        "Lists and quotes are nested at most ten levels deep.",
        "- description: Keep going.",
        "- description: Keep going.\n  - - - - - - - - - - deep",
    ),
    Entry(
        Code.UNCLOSED_FENCE,
        "A code block is never closed, so all that follows would be code.",
        "Thank you for your time.",
        "```\nThank you for your time.",
    ),
    Entry(
        Code.MISSING_SECTION,
        "`## Dimensions` and `## Result Categories` are required.",
        SPECIMEN[SPECIMEN.index("## Result Categories") : SPECIMEN.index("## Interview")],
        "",
    ),
    Entry(
        Code.DUPLICATE_SECTION,
        "A section stands twice. The items of both are checked together.",
        "### Trust\n",
        "## Dimensions\n\n### Trust\n",
    ),
    Entry(
        Code.UNKNOWN_SECTION,
        "A section has a heading that the format does not know. It is left out, which is a "
        "warning; where a section "
        "is missing and this was meant to be it, it is an error.",
        "## Examples\n",
        "## Notes for Maria\n\nCall her.\n\n## Examples\n",
    ),
    Entry(
        Code.EMPTY_SECTION,
        "A section that must have items has none.",
        SPECIMEN[SPECIMEN.index("### A good team") :],
        "",
    ),
    Entry(
        Code.HEADING_LEVEL,
        "Sections are second-level headings (`##`), items third-level ones (`###`).",
        "## Interview Guidelines",
        "# Interview Guidelines",
    ),
    Entry(
        Code.STRAY_TEXT,
        "Text that belongs to no field or section is left out.",
        "## Result Categories\n",
        "## Result Categories\n\nThese are the results.\n",
    ),
    Entry(
        Code.TOO_MANY_DIMENSIONS,
        "There are at most 20 dimensions.",
        "- weight: 0.4\n- description: Can be told bad news.\n",
        "- weight: 0.4\n- description: Can be told bad news.\n\n"
        + "\n".join(
            f"### Dimension {n}\n\n- weight: 0.0001\n- description: One of many.\n" for n in range(3, 22)
        ),
    ),
    Entry(
        Code.TOO_MANY_CATEGORIES,
        "There are at most 15 result categories.",
        "### Starting\n\n- score_range: [1.0, 2.9]\n- description: The basics come first.\n",
        "\n".join(
            f"### Level {n}\n\n- score_range: [{1 + n / 10:.1f}, {1 + n / 10:.1f}]\n- description: A level.\n"
            for n in range(15)
        )
        + "\n### Starting\n\n- score_range: [2.5, 2.9]\n- description: The basics come first.\n",
    ),
    Entry(
        Code.DEFINITION_TOO_LARGE,
        "The compiled definition has at most 512,000 bytes; quotation marks and line ends take two each.",
        "Thank you for your time.",
        '"' * 300_000,
    ),
    Entry(Code.EMPTY_NAME, "An item has a heading without text.", "### Trust\n", "###\n"),
    Entry(
        Code.DUPLICATE_NAME,
        "Two dimensions, categories or examples have the same name; upper and lower case do not count.",
        "### Starting\n",
        "### THRIVING\n",
    ),
    Entry(
        Code.MISSING_FIELD,
        "An item lacks a field that it must have.",
        "- description: Can be told bad news.\n",
        "",
    ),
    Entry(
        Code.UNKNOWN_FIELD,
        "A field has a key that the format does not know. It is left out, which is a warning; "
        "where a required "
        "field is missing and this was meant to be it, it is an error.",
        "- weight: 0.4\n",
        "- weight: 0.4\n- colour: blue\n",
    ),
    Entry(Code.DUPLICATE_FIELD, "A field stands twice.", "- weight: 0.4\n", "- weight: 0.4\n- weight: 0.3\n"),
    Entry(
        Code.NOT_A_FIELD,
        "A bullet of an item is no `key: value`. Often it belongs to the list above and is not indented.",
        "  - 3-5: Has a plan that others can repeat.\n",
        "  - 3-5: Has a plan that others can repeat.\n- interview_themes:\n- plans\n",
    ),
    Entry(
        Code.NOT_A_BULLET,
        "A field is written as a heading or a plain line instead of a bullet.",
        "- weight: 0.4\n",
        "weight: 0.4\n\n",
    ),
    Entry(Code.EMPTY_VALUE, "A field has no value.", "- weight: 0.4\n", "- weight:\n"),
    Entry(
        Code.NOT_A_LIST,
        "A field that holds a list has something else.",
        "- primary_dimensions: [Vision]",
        "- primary_dimensions: Vision",
    ),
    Entry(
        Code.EMPTY_ITEM,
        "An entry of a list is empty and is left out.",
        "- primary_dimensions: [Vision]",
        "- primary_dimensions: [Vision, , Trust]",
    ),
    Entry(
        Code.DUPLICATE_REFERENCE,
        "A list names a dimension twice.",
        "- primary_dimensions: [Vision]",
        "- primary_dimensions: [Vision, vision]",
    ),
    Entry(
        Code.UNKNOWN_ITEM,
        "The interview guidelines have the parts `### Opening`, `### Probing Questions` and `### Closing`.",
        "### Opening\n",
        "### Openning\n",
    ),
    Entry(
        Code.DUPLICATE_ITEM,
        "A part of the interview guidelines stands twice.",
        "Thank you for your time.\n",
        "Thank you for your time.\n\n### Opening\n\nHello.\n",
    ),
    Entry(
        Code.INVALID_WEIGHT,
        "A weight is a decimal, a percentage or a fraction, more than 0 and at most 1.",
        "- weight: 0.4\n",
        "- weight: 0,4\n",
    ),
    Entry(
        Code.WEIGHTS_SUM,
        "The weights of all dimensions sum to 1, give or take 0.01.",
        "- weight: 0.4\n",
        "- weight: 0.3\n",
    ),
    Entry(
        Code.INVALID_RANGE,
        "A range is two numbers, such as `[1.0, 2.9]`; in a rubric also one number.",
        "- score_range: [1.0, 2.9]",
        "- score_range: low",
    ),
    Entry(
        Code.REVERSED_RANGE,
        "A range begins with its lower bound.",
        "- score_range: [1.0, 2.9]",
        "- score_range: [2.9, 1.0]",
    ),
    Entry(
        Code.OUTSIDE_SCALE,
        "Ranges and scores lie within the scale.",
        "- score_range: [1.0, 2.9]",
        "- score_range: [0.0, 2.9]",
    ),
    Entry(
        Code.RUBRIC_OVERLAP,
        "Two ranges of a rubric share a score.",
        "  - 1-2: Lives from day to day.",
        "  - 1-3: Lives from day to day.",
    ),
    Entry(
        Code.UNKNOWN_DIMENSION,
        "A reference names a dimension that does not exist.",
        "- primary_dimensions: [Vision]",
        "- primary_dimensions: [Vison]",
    ),
    Entry(
        Code.AMBIGUOUS_CATEGORIES,
        "Two categories share scores and have the same primary dimensions, so nothing could "
        "choose between them.",
        "- primary_dimensions: [Vision]\n- description: Keep going.\n",
        "- primary_dimensions: [Vision]\n- description: Keep going.\n\n### Flying\n\n- "
        "score_range: [4.5, 5.0]\n"
        "- primary_dimensions: [Vision]\n- description: Land at times.\n",
    ),
    Entry(
        Code.RANGE_GAP,
        "Some overall scores lie in no range. Scores are rounded to the precision of the "
        "ranges before they are "
        "matched, so `[1.0, 2.9]` and `[3.0, 5.0]` leave no gap.",
        "- score_range: [1.0, 2.9]",
        "- score_range: [1.0, 2.5]",
    ),
    Entry(
        Code.UNREACHABLE_RANGE,
        "No interview that scores every dimension can reach a range: the rubrics and weights "
        "do not allow it.",
        SPECIMEN[SPECIMEN.index("  - 3-5:") :],
        SPECIMEN[SPECIMEN.index("  - 3-5:") :]
        .replace("3-5:", "3:")
        .replace("[3.0, 5.0]", "[3.0, 3.9]")
        .replace(
            "going.\n", "going.\n\n### Soaring\n\n- score_range: [4.0, 5.0]\n- description: Nobody is here.\n"
        )
        .replace("Vision: 4", "Vision: 3")
        .replace("overall: 4.0", "overall: 3.4"),
    ),
    Entry(
        Code.POSSIBLE_TIE,
        "Two categories share scores, and their primary dimensions can average the same: then "
        "the first wins.",
        "- score_range: [1.0, 2.9]",
        "- score_range: [1.0, 3.0]",
    ),
    Entry(
        Code.INVALID_SCORE,
        "An example has something else than a score, or scores a dimension twice.",
        "- overall: 4.0\n",
        "- overall: high\n",
    ),
    Entry(
        Code.NO_EXPECTATION,
        "An example says neither `overall` nor `category`.",
        "- overall: 4.0\n- category: Thriving\n",
        "",
    ),
    Entry(
        Code.UNKNOWN_CATEGORY,
        "An example expects a category that does not exist.",
        "- category: Thriving",
        "- category: Thrivin",
    ),
    Entry(
        Code.AMBIGUOUS_EXPECTATION,
        "An example expects `none` where a category has that name.",
        SPECIMEN[SPECIMEN.index("### Thriving") :],
        SPECIMEN[SPECIMEN.index("### Thriving") :].replace("Thriving", "None"),
    ),
    Entry(
        Code.WRONG_OVERALL,
        "Scoring an example gives another overall score than it expects.",
        "- overall: 4.0\n",
        "- overall: 4.5\n",
    ),
    Entry(
        Code.WRONG_CATEGORY,
        "Scoring an example gives another category than it expects.",
        "- category: Thriving",
        "- category: Starting",
    ),
    Entry(
        Code.ALREADY_UPLOADED,
        "The same file was uploaded before; the upload succeeded and names the assessment that it made.",
        after_compiling=True,
    ),
    Entry(
        Code.VERSION_CONFLICT,
        "An active assessment has this version with another text. Raise `version`.",
        after_compiling=True,
    ),
    Entry(
        Code.VERSION_FALLS,
        "The assessment already has a higher version. Raise `version` above it.",
        after_compiling=True,
    ),
    Entry(
        Code.ASSESSMENT_ARCHIVED,
        "The assessment that was to be replaced is archived. Make it active again, or upload "
        "the file as a new one.",
        after_compiling=True,
    ),
    Entry(
        Code.ASSESSMENT_MISSING,
        "The assessment that was to be replaced does not exist any more. Upload the file as a new one.",
        after_compiling=True,
    ),
    Entry(
        Code.DATABASE_REFUSED,
        "The database refused the definition; the message names its reason.",
        after_compiling=True,
    ),
    Entry(
        Code.WORKER_LOST,
        "The worker that had the file in hand stopped, more than once. Upload it again; if "
        "that repeats, report it.",
        after_compiling=True,
    ),
    Entry(
        Code.TOO_MANY_ATTEMPTS,
        "The file could not be finished in several attempts, for reasons that are not its own. "
        "Upload it again.",
        after_compiling=True,
    ),
    Entry(
        Code.TOO_SLOW,
        "To store the assessment took the database too long, at every attempt. Simplify the file and upload "
        "it again.",
        after_compiling=True,
    ),
    Entry(
        Code.INTERNAL_ERROR,
        "The worker has a fault that this file brings out. Tell the operator the id of the upload.",
        after_compiling=True,
    ),
)
