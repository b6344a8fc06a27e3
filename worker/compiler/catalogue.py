"""Every diagnostic: its code, severity, meaning, and an example.

An example is an edit of ``SPECIMEN``, a small valid file: the lines ``bad`` in place of the lines ``good``.
Its diagnostics are not written here but compiled, so docs/diagnostics.md, which is generated from this list,
always agrees with the code.
"""

from enum import StrEnum
from typing import Final, Literal, Self, TypeAlias

__all__ = ["SPECIMEN", "Code", "Severity"]

Severity: TypeAlias = Literal["error", "warning"]
WARNING: Final[Severity] = "warning"

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


class Code(StrEnum):
    """The stable codes of diagnostics.

    ``severity`` is the usual one. ``good`` are lines of the specimen, ``bad`` the same with the error;
    without ``good``, ``bad`` is the whole file. A code without either is reported when an upload is finished,
    for what a file alone cannot show.
    """

    severity: Severity
    meaning: str
    good: str
    bad: str

    def __new__(
        cls, code: str, meaning: str, good: str = "", bad: str = "", severity: Severity = "error"
    ) -> Self:
        """Create a code with its explanation."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.severity, member.meaning, member.good, member.bad = severity, meaning, good, bad
        return member

    @property
    def after_compiling(self) -> bool:
        """Whether the database or the worker reports it when an upload is finished."""
        return not (self.good or self.bad)

    @property
    def example(self) -> bytes:
        """The specimen with the error."""
        text = SPECIMEN.replace(self.good, self.bad, 1) if self.good else self.bad
        return text.encode("latin-1")

    # the file
    EMPTY_FILE = ("empty-file", "The file contains only white space.", "", "\n")
    FILE_TOO_LARGE = (
        "file-too-large",
        "A file has at most 512,000 bytes. Nothing else is checked.",
        "",
        "x" * 512_001,
    )
    INVALID_UTF8 = (
        "invalid-utf8",
        "The file is not UTF-8. Editors offer the encoding when they save.",
        "Thank you for your time.",
        "Thank you \x96 for your time.",
    )
    HIDDEN_CHARACTER = (
        "hidden-character",
        (
            "Control characters, zero-width spaces, bidirectional overrides and isolates, and tag characters "
            "are left out: they change what is shown unseen. `format` writes the file without them."
        ),
        "- description: Keep going.",
        "- description: Keep\x7f going.",
        WARNING,
    )
    NUL_BYTE = (
        "nul-byte",
        "The file contains a NUL byte, which does not occur in text.",
        "Thank you for your time.",
        "Thank you\x00for your time.",
    )
    FENCED_FILE = (
        "fenced-file",
        "The whole file is in a code block, as in the answers of language models.",
        "---\nname: Team Check",
        "```markdown\n---\nname: Team Check",
    )
    TOO_MANY_FAULTS = (
        "too-many-faults",
        "At most 100 problems are shown; this one gives the number of the others.",
        "- weight: 0.6\n",
        "- weight: 0.6\n" + "".join(f"- field {n}: x\n" for n in range(101)),
    )
    # the front matter
    MISSING_FRONT_MATTER = (
        "missing-front-matter",
        "A file begins with its front matter: lines of `key: value` between two `---` lines.",
        "---\nname: Team Check\nversion: 1.0\n---\n",
        "# Team Check\n",
    )
    MISPLACED_FRONT_MATTER = (
        "misplaced-front-matter",
        "There is text before the front matter, such as the first words of a language model's answer.",
        "---\nname: Team Check",
        "Here is your assessment:\n\n---\nname: Team Check",
    )
    UNCLOSED_FRONT_MATTER = (
        "unclosed-front-matter",
        "The second `---` line is missing.",
        "version: 1.0\n---\n",
        "version: 1.0\n",
    )
    YAML_SYNTAX = (
        "yaml-syntax",
        "A line of the front matter cannot be read. Most often a value needs quotation marks.",
        "name: Team Check",
        "name: Team Check: the basics",
    )
    YAML_ALIAS = (
        "yaml-alias",
        "Aliases are not allowed in the front matter.",
        "version: 1.0",
        "author: *name",
    )
    YAML_ANCHOR = (
        "yaml-anchor",
        "Anchors are not allowed in the front matter.",
        "version: 1.0",
        "author: &me Maria",
    )
    YAML_TAG = (
        "yaml-tag",
        "Tags are not allowed in the front matter.",
        "version: 1.0",
        "author: !!str Maria",
    )
    YAML_TOO_DEEP = (
        "yaml-too-deep",
        "The front matter takes short values, nested at most three levels deep.",
        "version: 1.0",
        "author: [[[[Maria]]]]",
    )
    CUT_VALUE = (
        "cut-value",
        (
            "A text of the front matter ends where ` #` begins a comment. With quotation marks "
            "around it, it does not."
        ),
        "name: Team Check",
        "name: Team Check #4",
        WARNING,
    )
    MISSING_KEY = ("missing-key", "The front matter must have a `name`.", "name: Team Check\n", "")
    UNKNOWN_KEY = (
        "unknown-key",
        (
            "The front matter, or a definition in JSON, has an unknown key. This is a warning, unless the "
            "key was meant to be `name`."
        ),
        "version: 1.0",
        "auther: Maria",
        WARNING,
    )
    DUPLICATE_KEY = (
        "duplicate-key",
        "A key appears twice.",
        "version: 1.0",
        "version: 1.0\nversion: 1.1",
    )
    INVALID_NAME = (
        "invalid-name",
        "The name of an assessment has 1 to 200 characters.",
        "name: Team Check",
        "name:",
    )
    INVALID_VERSION = (
        "invalid-version",
        "A version is two whole numbers separated by a point. `1.10` comes after `1.9`.",
        "version: 1.0",
        "version: v2",
    )
    INVALID_VALUE = (
        "invalid-value",
        "A key has an invalid value.",
        "version: 1.0",
        "interview_style: {allow_override: no}",
    )
    INVALID_SCALE = (
        "invalid-scale",
        "The scale is two numbers from 0 to 100, the lower first.",
        "version: 1.0",
        "scale: [5, 1]",
    )
    # the structure of the body
    RAW_HTML = (
        "raw-html",
        "HTML is not allowed: definitions are shown in browsers and read by language models.",
        "- description: Keep going.",
        "- description: Keep <b>going</b>.",
    )
    UNSAFE_LINK = (
        "unsafe-link",
        "Links and images need complete http, https or mailto addresses.",
        "- description: Keep going.",
        "- description: Keep going, see <ftp://example.org/guide>.",
    )
    NESTED_TOO_DEEP = (
        "nested-too-deep",
        "Lists and quotes are nested at most ten levels deep.",
        "- description: Keep going.",
        "- description: Keep going.\n  - - - - - - - - - - deep",
    )
    UNCLOSED_FENCE = (
        "unclosed-fence",
        "A code block is never closed, so everything after it would be code.",
        "Thank you for your time.",
        "```\nThank you for your time.",
    )
    MISSING_SECTION = (
        "missing-section",
        "`## Dimensions` and `## Result Categories` are required.",
        SPECIMEN[SPECIMEN.index("## Result Categories") : SPECIMEN.index("## Interview")],
        "",
    )
    DUPLICATE_SECTION = (
        "duplicate-section",
        "A section appears twice. The items of both are checked together.",
        "### Trust\n",
        "## Dimensions\n\n### Trust\n",
    )
    UNKNOWN_SECTION = (
        "unknown-section",
        (
            "A section has an unknown heading and is ignored, which is a warning. If a required section is "
            "missing and this one was meant to be it, it is an error."
        ),
        "## Examples\n",
        "## Notes for Maria\n\nCall her.\n\n## Examples\n",
        WARNING,
    )
    EMPTY_SECTION = (
        "empty-section",
        "A section that must have items has none.",
        SPECIMEN[SPECIMEN.index("### A good team") :],
        "",
    )
    HEADING_LEVEL = (
        "heading-level",
        "Sections are second-level headings (`##`), items third-level ones (`###`).",
        "## Interview Guidelines",
        "# Interview Guidelines",
    )
    UNDERLINED_TEXT = (
        "underlined-text",
        (
            "A line of `-` or `=` directly below a text makes it a heading. Where a text was meant "
            "it is read as one."
        ),
        "Thank you for your time.\n",
        "Thank you for your time.\n---\n",
        WARNING,
    )
    STRAY_TEXT = (
        "stray-text",
        "Text that belongs to no field or section is ignored.",
        "## Result Categories\n",
        "## Result Categories\n\nThese are the results.\n",
        WARNING,
    )
    TOO_MANY_DIMENSIONS = (
        "too-many-dimensions",
        "There are at most 20 dimensions.",
        "- weight: 0.4\n- description: Can be told bad news.\n",
        "- weight: 0.4\n- description: Can be told bad news.\n\n"
        + "\n".join(
            f"### Dimension {n}\n\n- weight: 0.0001\n- description: One of many.\n" for n in range(3, 22)
        ),
    )
    TOO_MANY_CATEGORIES = (
        "too-many-categories",
        "There are at most 15 result categories.",
        "### Starting\n\n- score_range: [1.0, 2.9]\n- description: The basics come first.\n",
        "\n".join(
            f"### Level {n}\n\n- score_range: [{1 + n / 10:.1f}, {1 + n / 10:.1f}]\n- description: A level.\n"
            for n in range(15)
        )
        + "\n### Starting\n\n- score_range: [2.5, 2.9]\n- description: The basics come first.\n",
    )
    DEFINITION_TOO_LARGE = (
        "definition-too-large",
        "The compiled definition has at most 512,000 bytes; quotation marks and line ends take two each.",
        "Thank you for your time.",
        '"' * 300_000,
    )
    # items and fields
    EMPTY_NAME = ("empty-name", "An item has a heading without text.", "### Trust\n", "###\n")
    DUPLICATE_NAME = (
        "duplicate-name",
        "Two dimensions, categories or examples share a name; case and the kind of hyphens are ignored.",
        "### Starting\n",
        "### THRIVING\n",
    )
    MISSING_FIELD = (
        "missing-field",
        "An item lacks a field that it must have.",
        "- description: Can be told bad news.\n",
        "",
    )
    UNKNOWN_FIELD = (
        "unknown-field",
        (
            "A field has an unknown key and is ignored, which is a warning. If a required field is missing "
            "and this one was meant to be it, it is an error."
        ),
        "- weight: 0.4\n",
        "- weight: 0.4\n- colour: blue\n",
        WARNING,
    )
    DUPLICATE_FIELD = (
        "duplicate-field",
        "A field appears twice.",
        "- weight: 0.4\n",
        "- weight: 0.4\n- weight: 0.3\n",
    )
    SWALLOWED_FIELD = (
        "swallowed-field",
        (
            "A field is indented too far, or has no bullet, so it is text of the field above. It "
            "is a warning "
            "where the item has that field elsewhere too."
        ),
        "- primary_dimensions: [Vision]\n- description: Keep going.\n",
        "- description: Keep going.\n  - primary_dimensions: [Vision]\n",
    )
    SWALLOWED_LINE = (
        "swallowed-line",
        "A line that looks like a separate entry, question or heading is part of the text above it.",
        "  - 3-5: Has a plan that others can repeat.\n",
        "    - 3-5: Has a plan that others can repeat.\n",
        WARNING,
    )
    NOT_A_FIELD = (
        "not-a-field",
        "A bullet of an item is not a `key: value`. Often it must be indented under the list above.",
        "  - 3-5: Has a plan that others can repeat.\n",
        "  - 3-5: Has a plan that others can repeat.\n- interview_themes:\n- plans\n",
    )
    NOT_A_BULLET = (
        "not-a-bullet",
        "A field is written as a heading or a plain line instead of a bullet.",
        "- weight: 0.4\n",
        "weight: 0.4\n\n",
    )
    EMPTY_VALUE = ("empty-value", "A field has no value.", "- weight: 0.4\n", "- weight:\n")
    NOT_A_LIST = (
        "not-a-list",
        "A field that needs a list has another value.",
        "- primary_dimensions: [Vision]",
        "- primary_dimensions: Vision, Trust",
    )
    EMPTY_ITEM = (
        "empty-item",
        "A list entry is empty and is ignored.",
        "- primary_dimensions: [Vision]",
        "- primary_dimensions: [Vision, , Trust]",
        WARNING,
    )
    DUPLICATE_REFERENCE = (
        "duplicate-reference",
        "A list names a dimension twice.",
        "- primary_dimensions: [Vision]",
        "- primary_dimensions: [Vision, vision]",
    )
    UNKNOWN_ITEM = (
        "unknown-item",
        "The interview guidelines have the parts `### Opening`, `### Probing Questions` and `### Closing`.",
        "### Opening\n",
        "### Openning\n",
        WARNING,
    )
    DUPLICATE_ITEM = (
        "duplicate-item",
        "A part of the interview guidelines appears twice.",
        "Thank you for your time.\n",
        "Thank you for your time.\n\n### Opening\n\nHello.\n",
    )
    UNUSUAL_SPELLING = (
        "unusual-spelling",
        "A spelling that is not one of the format's is read as what it must mean. The message says as what.",
        "### Trust\n",
        "### Trust {#trust}\n",
        WARNING,
    )
    # meaning
    INVALID_ID = (
        "invalid-id",
        "The id of a dimension is not a slug: letters a to z, digits, and single hyphens between them.",
        "### Trust\n",
        "### Trust\n\n- id: Mutual Trust\n",
    )
    DUPLICATE_ID = (
        "duplicate-id",
        (
            "Two dimensions have the same id. Without a bullet `id`, the id is made from the name: `C++` and "
            "`C#` both become `c`. A stated id must also differ from the id of another dimension's name."
        ),
        "### Trust\n",
        "### Trust\n\n- id: vision\n",
    )
    INVALID_WEIGHT = (
        "invalid-weight",
        "A weight is a decimal, a percentage or a fraction, more than 0 and at most 1.",
        "- weight: 0.4\n",
        "- weight: 0,4\n",
    )
    WEIGHTS_SUM = (
        "weights-sum",
        "The weights of all dimensions sum to 1, give or take 0.01.",
        "- weight: 0.4\n",
        "- weight: 0.3\n",
    )
    INVALID_RANGE = (
        "invalid-range",
        "A range is two numbers, such as `[1.0, 2.9]`; in a rubric also one number.",
        "- score_range: [1.0, 2.9]",
        "- score_range: low",
    )
    INVALID_TABLE = (
        "invalid-table",
        (
            "A rubric as a table has two columns, the range and its text, or one column for each "
            "range; every cell "
            "has a text."
        ),
        "- scoring_rubric:\n  - 1-2: Lives from day to day.\n  - 3-5: Has a plan that others can repeat.\n",
        (
            "- scoring_rubric:\n\n  | Score | Label | Meaning |\n  | --- | --- | --- |\n"
            "  | 1-2 | Low | Lives from day to day. |\n"
        ),
    )
    REVERSED_RANGE = (
        "reversed-range",
        "A range begins with its lower bound.",
        "- score_range: [1.0, 2.9]",
        "- score_range: [2.9, 1.0]",
    )
    OUTSIDE_SCALE = (
        "outside-scale",
        "Ranges and scores must be within the scale.",
        "- score_range: [1.0, 2.9]",
        "- score_range: [0.0, 2.9]",
    )
    RUBRIC_OVERLAP = (
        "rubric-overlap",
        "Two ranges of a rubric share a score.",
        "  - 1-2: Lives from day to day.",
        "  - 1-3: Lives from day to day.",
    )
    UNKNOWN_DIMENSION = (
        "unknown-dimension",
        "A reference names a dimension that does not exist.",
        "- primary_dimensions: [Vision]",
        "- primary_dimensions: [Vison]",
    )
    AMBIGUOUS_CATEGORIES = (
        "ambiguous-categories",
        (
            "Two categories share scores and have the same primary dimensions, so nothing could "
            "decide between them."
        ),
        "- primary_dimensions: [Vision]\n- description: Keep going.\n",
        (
            "- primary_dimensions: [Vision]\n- description: Keep going.\n\n### Flying\n\n"
            "- score_range: [4.5, 5.0]\n- primary_dimensions: [Vision]\n- description: Land at times.\n"
        ),
    )
    RANGE_GAP = (
        "range-gap",
        (
            "Some overall scores are in no range. Scores are rounded to the precision of the ranges "
            "before they are matched, so `[1.0, 2.9]` and `[3.0, 5.0]` leave no gap."
        ),
        "- score_range: [1.0, 2.9]",
        "- score_range: [1.0, 2.5]",
        WARNING,
    )
    UNREACHABLE_RANGE = (
        "unreachable-range",
        "No interview that scores every dimension can reach a range, because of the rubrics and weights.",
        SPECIMEN[SPECIMEN.index("  - 3-5:") :],
        SPECIMEN[SPECIMEN.index("  - 3-5:") :]
        .replace("3-5:", "3:")
        .replace("[3.0, 5.0]", "[3.0, 3.9]")
        .replace(
            "going.\n", "going.\n\n### Soaring\n\n- score_range: [4.0, 5.0]\n- description: Nobody is here.\n"
        )
        .replace("Vision: 4", "Vision: 3")
        .replace("overall: 4.0", "overall: 3.4"),
        WARNING,
    )
    POSSIBLE_TIE = (
        "possible-tie",
        "Two categories share scores, and their primary dimensions can have equal averages: the first wins.",
        "- score_range: [1.0, 2.9]",
        "- score_range: [1.0, 3.0]",
        WARNING,
    )
    # examples
    INVALID_SCORE = (
        "invalid-score",
        "An example has an invalid score, or scores a dimension twice.",
        "- overall: 4.0\n",
        "- overall: high\n",
    )
    NO_EXPECTATION = (
        "no-expectation",
        "An example states neither `overall` nor `category`.",
        "- overall: 4.0\n- category: Thriving\n",
        "",
    )
    UNKNOWN_CATEGORY = (
        "unknown-category",
        "An example expects a category that does not exist.",
        "- category: Thriving",
        "- category: Thrivin",
    )
    AMBIGUOUS_EXPECTATION = (
        "ambiguous-expectation",
        "An example expects `none`, but a category has that name.",
        SPECIMEN[SPECIMEN.index("### Thriving") :],
        SPECIMEN[SPECIMEN.index("### Thriving") :].replace("Thriving", "None"),
    )
    WRONG_OVERALL = (
        "wrong-overall",
        "The overall score of an example differs from its expectation.",
        "- overall: 4.0\n",
        "- overall: 4.5\n",
    )
    WRONG_CATEGORY = (
        "wrong-category",
        "The category of an example differs from its expectation.",
        "- category: Thriving",
        "- category: Starting",
    )
    # reported by the database or the worker when an upload is finished
    INVALID_DEFINITION = (
        "invalid-definition",
        (
            "A value of an uploaded definition is none that the format allows at its `path`. All such values "
            "are listed, and nothing else is checked."
        ),
    )
    ALREADY_UPLOADED = (
        "already-uploaded",
        "The same file was uploaded before. The upload succeeded and refers to the existing assessment.",
        "",
        "",
        WARNING,
    )
    VERSION_CONFLICT = (
        "version-conflict",
        (
            "The assessment already has this version, with other content. The hint gives the lowest version "
            "that the change allows; a file without `version` gets it automatically."
        ),
    )
    VERSION_FALLS = (
        "version-falls",
        "The assessment already has a higher version. The hint gives the lowest possible one.",
    )
    VERSION_BUMP_TOO_SMALL = (
        "version-bump-too-small",
        (
            "The change needs a higher version: the next major one for scoring and structure, the next minor "
            "one for the rest. The hint gives it."
        ),
    )
    SUPERSEDED = (
        "superseded",
        (
            "The assessment was changed after this file was uploaded, by a later upload or an edit, and is "
            "not overwritten. To use this file anyway, upload it again."
        ),
    )
    ASSESSMENT_ARCHIVED = (
        "assessment-archived",
        ("The assessment to be replaced is archived. Make it active again, or upload the file as a new one."),
    )
    ASSESSMENT_IS_A_TEMPLATE = (
        "assessment-is-a-template",
        (
            "The assessment that was to be replaced is a template, which only the service changes. Upload "
            "the file as a new one."
        ),
    )
    ASSESSMENT_MISSING = (
        "assessment-missing",
        "The assessment to be replaced no longer exists. Upload the file as a new one.",
    )
    TOO_MANY_VERSIONS = (
        "too-many-versions",
        (
            "The edits and uploads of the tenant's accounts have changed assessments in use too often within "
            "an hour, so the assessment was not replaced. Upload the file again later."
        ),
    )
    TOO_MUCH_STORED = (
        "too-much-stored",
        (
            "The tenant has as many assessments, or as many bytes of assessments or of their versions, as "
            "the operator allows, so nothing was stored. Delete assessments and upload the file again."
        ),
    )
    DATABASE_REFUSED = (
        "database-refused",
        "The database refused the definition; the message gives the reason.",
    )
    WORKER_LOST = (
        "worker-lost",
        (
            "The worker that was processing the file stopped, more than once. Upload the file again; if it "
            "happens again, report it."
        ),
    )
    TOO_MANY_ATTEMPTS = (
        "too-many-attempts",
        (
            "The file could not be processed in several attempts, although it is not the cause. "
            "Upload it again."
        ),
    )
    TOO_SLOW = (
        "too-slow",
        (
            "The database took too long to store the assessment, in every attempt. Simplify the file and "
            "upload it again."
        ),
    )
    INTERNAL_ERROR = (
        "internal-error",
        "This file triggers an error in the worker. Report the id of the upload to the operator.",
    )
