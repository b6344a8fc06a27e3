"""docs/evidence-vectors.json, which tests how quotes and runs become scores.

Every expected value was worked out by hand from the rules in docs/evidence.md. Each part of the file tests one of
the functions in supabase/schemas/evidence.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from tools.definition_vectors import in_ascii, written

TARGET: Final = Path("docs/evidence-vectors.json")

Numbers = Mapping[str, str]


def numbers(values: Numbers) -> dict[str, Decimal]:
    """Return numbers that are written as texts, because their decimal places matter."""
    return {name: Decimal(value) for name, value in values.items()}


# --- the reach of bands -------------------------------------------------------------------------------------


class Bands(NamedTuple):
    """A rubric on a scale, and the bands expected: their ranges, and the lowest and highest score of each."""

    what: str
    ranges: Sequence[str]
    scale: tuple[str, str]
    reach: Sequence[tuple[str, str, str]]


BANDS: Final[Sequence[Bands]] = (
    Bands(
        "1-2, 3 and 4-5: half way to the neighbours, ends included",
        ["1-2", "3", "4-5"],
        ("1", "5"),
        [("1-2", "1", "2.5"), ("3", "2.5", "3.5"), ("4-5", "3.5", "5")],
    ),
    Bands(
        "1, 3 and 5: the anchors leave room for 2 and 4",
        ["1", "3", "5"],
        ("1", "5"),
        [("1", "1", "2"), ("3", "2", "4"), ("5", "4", "5")],
    ),
    Bands(
        "0 to 100, in the order of the scale rather than of the text",
        ["71-100", "0-40", "41-70"],
        ("0", "100"),
        [("0-40", "0", "40.5"), ("41-70", "40.5", "70.5"), ("71-100", "70.5", "100")],
    ),
    Bands(
        "beyond the outermost bands, to the ends of the scale",
        ["20-30", "60"],
        ("0", "100"),
        [("20-30", "0", "45"), ("60", "45", "100")],
    ),
    Bands("one band holds the whole scale", ["3"], ("1", "5"), [("3", "1", "5")]),
    Bands(
        "ranges with decimal places, blanks and another dash",
        ["1.0 - 2.4", "2.5–3.75", ".5"],
        ("0", "5"),
        [(".5", "0", "0.75"), ("1.0 - 2.4", "0.75", "2.45"), ("2.5–3.75", "2.45", "5")],
    ),
    Bands("no rubric, no band", [], ("1", "5"), []),
)


# --- combination --------------------------------------------------------------------------------------------

#: A run: whether a person or a model rates, and its items: a score, or why there is none.
Run = tuple[str, Mapping[str, str]]


class Combination(NamedTuple):
    """Runs on the dimensions Vision, Trust and Drive, and what they combine to."""

    what: str
    runs: Sequence[Run]
    scores: Numbers
    reasons: Mapping[str, str]
    spread: Numbers = MappingProxyType({})


def of_vision(*votes: str, kind: str = "model") -> list[Run]:
    """Runs that rate Vision alone, each with one of these votes."""
    return [(kind, {"Vision": vote}) for vote in votes]


#: Dimensions that nobody rated.
REST: Final = {"Trust": "not-asked", "Drive": "not-asked"}

COMBINATIONS: Final[Sequence[Combination]] = (
    Combination(
        "one run",
        [("model", {"Vision": "4", "Trust": "3.5", "Drive": "no-evidence"})],
        {"Vision": "4", "Trust": "3.5"},
        {"Drive": "no-evidence"},
    ),
    Combination("no run", [], {}, {"Vision": "not-asked"} | REST),
    Combination("the median of three", of_vision("5", "2", "3"), {"Vision": "3"}, REST, {"Vision": "3"}),
    Combination(
        "the median of two is their mean", of_vision("3", "4"), {"Vision": "3.5"}, REST, {"Vision": "1"}
    ),
    Combination(
        "the median of four is the mean of the middle two",
        of_vision("1", "3", "3.5", "5"),
        {"Vision": "3.25"},
        REST,
        {"Vision": "4"},
    ),
    Combination(
        "a median goes half up to two places",
        of_vision("3.01", "3.02"),
        {"Vision": "3.02"},
        REST,
        {"Vision": "0.01"},
    ),
    Combination("a single score is rounded too", of_vision("2.945"), {"Vision": "2.95"}, REST),
    Combination(
        "of equal scores the spread is 0", of_vision("4", "4.0"), {"Vision": "4"}, REST, {"Vision": "0"}
    ),
    Combination(
        "a person's score counts alone, models' do not",
        [*of_vision("5", "5", "5"), *of_vision("2", kind="human")],
        {"Vision": "2"},
        REST,
    ),
    Combination(
        "a person's reason counts alone, too",
        [*of_vision("5", "5"), *of_vision("refused", kind="human")],
        {},
        {"Vision": "refused"} | REST,
    ),
    Combination(
        "a person decides only the dimensions that they rated",
        [
            ("model", {"Vision": "5", "Trust": "4"}),
            ("human", {"Vision": "2"}),
            ("model", {"Vision": "5", "Trust": "3"}),
        ],
        {"Vision": "2", "Trust": "3.5"},
        {"Drive": "not-asked"},
        {"Trust": "1"},
    ),
    Combination(
        "two people are combined like models",
        [*of_vision("1"), *of_vision("3", "5", kind="human")],
        {"Vision": "4"},
        REST,
        {"Vision": "2"},
    ),
    Combination(
        "exactly half are scores",
        of_vision("4", "no-evidence"),
        {},
        {"Vision": "raters-disagree"} | REST,
    ),
    Combination(
        "exactly half are scores, however far they lie apart",
        of_vision("4", "1", "no-evidence", "no-evidence"),
        {},
        {"Vision": "raters-disagree"} | REST,
        {"Vision": "3"},
    ),
    Combination(
        "two scores of three",
        of_vision("4", "no-evidence", "3"),
        {"Vision": "3.5"},
        REST,
        {"Vision": "1"},
    ),
    Combination(
        "one score of three, and twice the same reason",
        of_vision("4", "no-evidence", "no-evidence"),
        {},
        {"Vision": "no-evidence"} | REST,
    ),
    Combination(
        "one score of three, and two reasons",
        of_vision("4", "no-evidence", "refused"),
        {},
        {"Vision": "raters-disagree"} | REST,
    ),
    Combination(
        "the most frequent of three reasons",
        of_vision("not-asked", "out-of-range", "refused", "not-asked"),
        {},
        {"Vision": "not-asked"} | REST,
    ),
    Combination(
        "two reasons are equally frequent",
        of_vision("no-evidence", "refused"),
        {},
        {"Vision": "raters-disagree"} | REST,
    ),
    Combination(
        "an item without evidence, where that is required",
        of_vision("unverified", "unverified", "4"),
        {},
        {"Vision": "unverified"} | REST,
    ),
    Combination(
        "no item is no vote, but a run without an answer votes",
        [("model", {"Trust": "4"}), *of_vision("not-asked", "3")],
        {"Trust": "4"},
        {"Vision": "raters-disagree", "Drive": "not-asked"},
    ),
    Combination(
        "names ignore upper and lower case, and white space around them",
        [("model", {" vision": "3"}), ("model", {"VISION\u00a0": "5"})],
        {"Vision": "4"},
        REST,
        {"Vision": "2"},
    ),
)

#: What an item votes where a quote has a status, under each rule for evidence: whether its score counts.
JUDGED: Final[Sequence[tuple[str, Sequence[str], bool]]] = (
    ("required", ["verified"], True),
    ("required", ["repaired"], True),
    ("required", ["unverified", "repaired"], True),
    ("required", ["interviewer"], False),
    ("required", ["other"], False),
    ("required", ["short"], False),
    ("required", ["unverified", "short"], False),
    ("required", [], False),
    ("preferred", ["unverified"], True),
    ("preferred", [], True),
    ("off", ["interviewer"], True),
)


# --- coverage -----------------------------------------------------------------------------------------------


class Coverage(NamedTuple):
    """Weights, the dimensions that were scored, and the share of the weights that they have."""

    what: str
    weights: Numbers
    scored: Sequence[str]
    coverage: str


THIRDS: Final = {"A": "0.333333", "B": "0.333333", "C": "0.333333"}

COVERAGES: Final[Sequence[Coverage]] = (
    Coverage("all", {"A": "0.5", "B": "0.5"}, ["A", "B"], "1"),
    Coverage("none", {"A": "0.5", "B": "0.5"}, [], "0"),
    Coverage("weights count, not dimensions", {"A": "0.6", "B": "0.2", "C": "0.2"}, ["A"], "0.6"),
    Coverage("two thirds are cut after four places", THIRDS, ["A", "C"], "0.6666"),
    Coverage("weights that sum to 0.999999 are all of it", THIRDS, ["A", "B", "C"], "1"),
    Coverage("weights that sum to 1.01", {"A": "0.51", "B": "0.5"}, ["B"], "0.4950"),
    Coverage("nearly all is not all", {"A": "0.99999", "B": "0.00001"}, ["A"], "0.9999"),
)

#: What metadata states, and the coverage below which the overall score is null.
LEAST: Final[Sequence[tuple[dict[str, Any], str]]] = (
    ({}, "0"),
    ({"evidence": "off"}, "0"),
    ({"evidence": "preferred"}, "0"),
    ({"evidence": "required"}, "0.6"),
    ({"evidence": "required", "minCoverage": Decimal("0.25")}, "0.25"),
    ({"evidence": "required", "minCoverage": 0}, "0"),
    ({"minCoverage": 1}, "1"),
)


# --- stability and margin -----------------------------------------------------------------------------------

#: A category: its name, the ends of its range, and its primary dimensions.
Category = tuple[str, str, str, Sequence[str]]

LOW_HIGH: Final[Sequence[Category]] = [("Low", "1.0", "2.9", []), ("High", "3.0", "5.0", [])]
APART: Final[Sequence[Category]] = [("Low", "1", "2", []), ("High", "4", "5", [])]
RIVALS: Final[Sequence[Category]] = [("Seer", "1.0", "5.0", ["Vision"]), ("Friend", "1.0", "5.0", ["Trust"])]


def all_at(score: str, kind: str = "model") -> Run:
    """A run that gives every dimension the same score."""
    return (kind, {"Vision": score, "Trust": score, "Drive": score})


class Stability(NamedTuple):
    """Runs, the category of their result, and how many agree with it; None if they are too few."""

    what: str
    categories: Sequence[Category]
    runs: Sequence[Run]
    category: str | None
    same: int | None
    metadata: Mapping[str, Any] = MappingProxyType({})


STABILITIES: Final[Sequence[Stability]] = (
    Stability("two runs say nothing", LOW_HIGH, [all_at("4"), all_at("4")], "High", None),
    Stability("three of three", LOW_HIGH, [all_at("4"), all_at("3"), all_at("5")], "High", 3),
    Stability("two of three", LOW_HIGH, [all_at("4"), all_at("2"), all_at("3")], "High", 2),
    Stability(
        "a person's run is one of the runs",
        LOW_HIGH,
        [all_at("2", "human"), all_at("4"), all_at("4"), all_at("4")],
        "Low",
        1,
    ),
    Stability(
        "no category is a category of its own",
        APART,
        [all_at("3"), all_at("3.2"), all_at("4")],
        None,
        2,
    ),
    Stability(
        "a run is scored by what it rated, if it covers enough",
        LOW_HIGH,
        [all_at("4"), all_at("3"), ("model", {"Vision": "4", "Drive": "3"})],
        "High",
        3,
        {"minCoverage": Decimal("0.7")},
    ),
    Stability(
        "a run that covers too little has no category",
        LOW_HIGH,
        [all_at("4"), all_at("3"), ("model", {"Vision": "4", "Drive": "refused"})],
        "High",
        2,
        {"minCoverage": Decimal("0.7")},
    ),
    Stability(
        "a run without a score has no category",
        LOW_HIGH,
        [all_at("4"), all_at("3"), all_at("no-evidence")],
        "High",
        2,
    ),
)


class Margin(NamedTuple):
    """Weights, categories and scores; the change that reaches another category, and the lead over the second."""

    what: str
    weights: Numbers
    categories: Sequence[Category]
    scores: Numbers
    nearest: tuple[str, str] | None
    second: tuple[str, str] | None = None


ONE: Final = {"Vision": "1"}
TWO: Final = {"Vision": "0.5", "Trust": "0.5"}
THREE: Final = {"Vision": "0.333333", "Trust": "0.333333", "Drive": "0.333333"}

MARGINS: Final[Sequence[Margin]] = (
    Margin("down to below 2.945, which is 2.95 and 3.0", ONE, LOW_HIGH, {"Vision": "3.2"}, ("0.255", "Low")),
    Margin("up to 2.945", ONE, LOW_HIGH, {"Vision": "2.5"}, ("0.445", "High")),
    Margin("at the edge the smallest change is none", ONE, LOW_HIGH, {"Vision": "2.945"}, ("0", "Low")),
    Margin(
        "of whole ranges", ONE, [("A", "1", "2", []), ("B", "3", "5", [])], {"Vision": "2"}, ("0.495", "B")
    ),
    Margin(
        "from a gap to the nearer side",
        ONE,
        [("A", "1", "3.0", []), ("B", "4.5", "5", [])],
        {"Vision": "3.7"},
        ("0.655", "A"),
    ),
    Margin(
        "across a gap",
        ONE,
        [("A", "1", "3.0", []), ("B", "4.5", "5", [])],
        {"Vision": "3"},
        ("1.445", "B"),
    ),
    Margin(
        "of the exact score, not the rounded one",
        THREE,
        LOW_HIGH,
        {"Vision": "3", "Trust": "3", "Drive": "4"},
        ("0.3883", "Low"),
    ),
    Margin("no other category", ONE, [("All", "1", "5", [])], {"Vision": "3"}, None),
    Margin("no category at all", ONE, [], {"Vision": "3"}, None),
    Margin(
        "the last step of the scale",
        ONE,
        [("A", "1", "4.9", []), ("B", "5", "5", [])],
        {"Vision": "4"},
        ("0.945", "B"),
    ),
    Margin(
        "a range that no score of the scale reaches",
        ONE,
        [("A", "1", "4.9", []), ("B", "5.1", "6", [])],
        {"Vision": "4"},
        None,
    ),
    Margin("the lead of the winner", TWO, RIVALS, {"Vision": "2", "Trust": "4"}, None, ("2", "Seer")),
    Margin("a tie is a lead of 0", TWO, RIVALS, {"Vision": "3", "Trust": "3"}, None, ("0", "Friend")),
    Margin(
        "a lead in thirds",
        THREE,
        [("Both", "1", "5", ["Vision", "Trust", "Drive"]), ("Trust", "1", "5", ["Trust"])],
        {"Vision": "3", "Trust": "3", "Drive": "4"},
        None,
        ("0.3333", "Trust"),
    ),
    Margin(
        "the second of three, and the first in the source of equal ones",
        THREE,
        [("A", "1", "5", ["Vision"]), ("B", "1", "5", ["Trust"]), ("C", "1", "5", ["Drive"])],
        {"Vision": "3", "Trust": "3", "Drive": "4"},
        None,
        ("1", "A"),
    ),
    Margin(
        "a category without primary dimensions counts as the overall score",
        TWO,
        [("All", "1", "5", []), ("Named", "1", "5", ["Vision"])],
        {"Vision": "3", "Trust": "4"},
        ("0.505", "Named"),
        ("0.5", "Named"),
    ),
    Margin(
        "a category whose primary dimensions are unscored is not second",
        THREE,
        [("Drive", "1", "5", ["Drive"]), ("Vision", "1", "5", ["Vision"])],
        {"Vision": "4", "Trust": "3"},
        None,
    ),
    Margin(
        "only categories whose range contains the score are compared",
        TWO,
        [("High", "4", "5", ["Vision"]), ("Mid", "2", "3", ["Trust"]), ("Low", "1", "2", ["Trust"])],
        {"Vision": "5", "Trust": "1"},
        ("0.495", "High"),
    ),
)


# --- quotes -------------------------------------------------------------------------------------------------

#: A turn: who speaks, and what they say.
Said = tuple[str, str]


class Quote(NamedTuple):
    """A quote, and where it is found.

    Attributes:
        what: what the case shows.
        turns: the transcript, numbered from 0.
        named: the turn that the quote names.
        quote: its words.
        status: the status expected.
        words: the words of the transcript that it is expected to stand for.
        found: their turn, if that is not the named one.
    """

    what: str
    turns: Sequence[Said]
    named: int | None
    quote: str
    status: str
    words: str = ""
    found: int | None = None


def respondent(text: str) -> Sequence[Said]:
    """A transcript of one turn of the respondent."""
    return [("respondent", text)]


ASKED: Final[Sequence[Said]] = [
    ("interviewer", "Do you see yourself as a patient leader?"),
    ("respondent", "I wait until everyone has spoken."),
    ("interviewer", "And when time is short?"),
    ("respondent", "Then I decide, and I explain it afterwards."),
    ("respondent", "Yes."),
    ("other", "He always explains his decisions."),
    ("unknown", "I write every decision down."),
    ("interviewer", "I wait until everyone has spoken, you said."),
]
UNABLE: Final = "I was unable to lead a team then."
LISTENER: Final = "I don't think I am a good listener."
CURLY: Final = "He said \u201cyou\u2019re the one\u201d and left\u2026 So I stayed."
CHINESE: Final = "\u6211\u5148\u542c\u5b8c\u518d\u8bf4\uff0c\u7136\u540e\u505a\u51b3\u5b9a\u3002"
FIRST_LISTEN: Final = "\u6211\u5148\u542c\u5b8c\u518d\u8bf4"
THAI: Final = "\u0e1c\u0e21\u0e1f\u0e31\u0e07\u0e17\u0e35\u0e21\u0e01\u0e48\u0e2d\u0e19\u0e15\u0e31\u0e14\u0e2a\u0e34\u0e19\u0e43\u0e08"
HEBREW: Final = "\u05d0\u05e0\u05d9 \u05ea\u05de\u05d9\u05d3 \u05de\u05e7\u05e9\u05d9\u05d1 \u05dc\u05e6\u05d5\u05d5\u05ea"
EMOJI: Final = "I really love this \U0001f389\U0001f469\u200d\U0001f4bb, every single day."

QUOTES: Final[Sequence[Quote]] = (
    Quote("the named turn", ASKED, 1, "until everyone has spoken", "verified", "until everyone has spoken"),
    Quote("the whole turn", ASKED, 1, "I wait until everyone has spoken.", "verified", ASKED[1][1]),
    Quote("no turn named", ASKED, None, "explain it afterwards", "verified", "explain it afterwards", 3),
    Quote("off by one turn", ASKED, 2, "I explain it afterwards", "verified", "I explain it afterwards", 3),
    Quote("far from the named turn", ASKED, 7, "until everyone has", "verified", "until everyone has", 1),
    Quote(
        "in the interviewer's turn", ASKED, 1, "as a patient leader", "interviewer", "as a patient leader", 0
    ),
    Quote(
        "the interviewer's turn is named",
        ASKED,
        0,
        "as a patient leader",
        "interviewer",
        "as a patient leader",
    ),
    Quote(
        "in both: the respondent's turn counts",
        ASKED,
        7,
        "I wait until everyone",
        "verified",
        "I wait until everyone",
        1,
    ),
    Quote("in another person's turn", ASKED, 5, "always explains his", "other", "always explains his"),
    Quote("whose speaker is unknown", ASKED, 6, "every decision down", "other", "every decision down"),
    Quote("across two turns", ASKED, 3, "I explain it afterwards. Yes.", "unverified"),
    Quote("nobody said it", ASKED, 3, "I explain everything at once", "unverified"),
    Quote(
        "the nearest of two turns",
        [
            ("respondent", "We met at noon there."),
            ("respondent", "No."),
            *respondent("We met at noon there, twice."),
        ],
        1,
        "We met at noon there",
        "verified",
        "We met at noon there",
        0,
    ),
    # The boundaries of words.
    Quote("inside a longer word", respondent(UNABLE), 0, "able to lead a team", "unverified"),
    Quote(
        "with the longer word",
        respondent(UNABLE),
        0,
        "unable to lead a team",
        "verified",
        "unable to lead a team",
    ),
    Quote(
        "before the end of a word",
        respondent("We grew the teamwork there."),
        0,
        "We grew the team",
        "unverified",
    ),
    Quote(
        "the first place is inside a word, the second is not",
        respondent("Not unable to lead a team: able to lead a team!"),
        0,
        "able to lead a team",
        "verified",
        "able to lead a team",
    ),
    Quote(
        "the words were said, though not the sense",
        respondent(LISTENER),
        0,
        "I am a good listener",
        "verified",
        "I am a good listener",
    ),
    Quote(
        "an apostrophe is part of a word",
        respondent("I do think I can't."),
        0,
        "I do think I can",
        "unverified",
    ),
    Quote("so is a hyphen", respondent("She is a non-technical lead."), 0, "technical lead", "unverified"),
    Quote(
        "a dash between blanks is not",
        respondent("I led it - alone in there."),
        0,
        "alone in there",
        "verified",
        "alone in there",
    ),
    Quote(
        "a dash without blanks is not",
        respondent("I led it\u2014alone in there."),
        0,
        "alone in there",
        "verified",
        "alone in there",
    ),
    Quote(
        "a dash within a word is not a hyphen",
        respondent("A non\u2014technical lead."),
        0,
        "a non-technical lead",
        "unverified",
    ),
    Quote(
        "a hyphen between numbers is a dash",
        respondent("It was 2019\u20132021 in the north."),
        0,
        "2019-2021 in the north",
        "repaired",
        "2019\u20132021 in the north",
    ),
    Quote(
        "a point within a number is",
        respondent("It was 3.5 million dollars."),
        0,
        "5 million dollars",
        "unverified",
    ),
    # Short ones.
    Quote(
        "nine letters, the whole turn",
        respondent("I don't know."),
        0,
        "I don't know",
        "short",
        "I don't know",
    ),
    Quote("three letters, the whole turn", ASKED, 4, "Yes.", "short", "Yes"),
    Quote("three letters of a longer turn", ASKED, 1, "spoken", "unverified"),
    Quote("eleven letters and no more", respondent("I love my team so."), 0, "I love my team", "unverified"),
    Quote(
        "twelve letters",
        respondent("I loved my team so."),
        0,
        "I loved my team",
        "verified",
        "I loved my team",
    ),
    Quote(
        "a whole turn of the interviewer",
        [*ASKED, ("interviewer", "Really?")],
        8,
        "Really?",
        "interviewer",
        "Really",
    ),
    Quote("nothing but punctuation", respondent("... ?!"), 0, "...", "unverified"),
    # What a repair forgives.
    Quote(
        "white space",
        respondent("I  led\na team\u00a0there."),
        0,
        "I led a team there",
        "verified",
        "I  led\na team\u00a0there",
    ),
    Quote(
        "decomposed letters",
        respondent("Le cafe\u0301 ferme\u0301 hier"),
        0,
        "caf\u00e9 ferm\u00e9 hier",
        "verified",
        "cafe\u0301 ferme\u0301 hier",
    ),
    Quote(
        "composed letters",
        respondent("Le caf\u00e9 ferm\u00e9 hier"),
        0,
        "cafe\u0301 ferme\u0301 hier",
        "verified",
        "caf\u00e9 ferm\u00e9 hier",
    ),
    Quote(
        "a letter without its accent",
        respondent("Le caf\u00e9 ferm\u00e9 hier"),
        0,
        "cafe ferme hier",
        "unverified",
    ),
    Quote(
        "upper and lower case",
        respondent(UNABLE),
        0,
        "I WAS UNABLE TO LEAD",
        "repaired",
        "I was unable to lead",
    ),
    Quote(
        "curly quotes in the transcript",
        respondent(CURLY),
        0,
        'said "you\'re the one"',
        "repaired",
        "said \u201cyou\u2019re the one",
    ),
    Quote(
        "the same curly quotes",
        respondent(CURLY),
        0,
        "said \u201cyou\u2019re the one\u201d",
        "verified",
        "said \u201cyou\u2019re the one\u201d",
    ),
    Quote(
        "curly quotes in the quote",
        respondent(LISTENER),
        0,
        "I don\u2019t think I am",
        "repaired",
        "I don't think I am",
    ),
    Quote(
        "an ellipsis sign", respondent(CURLY), 0, "left... So I stayed", "repaired", "left\u2026 So I stayed"
    ),
    Quote("dots for words that were left out", respondent(CURLY), 0, "He said ... So I stayed", "unverified"),
    Quote(
        "dashes",
        respondent("I led it \u2014 on my own"),
        0,
        "I led it -- on my own",
        "repaired",
        "I led it \u2014 on my own",
    ),
    Quote(
        "outer punctuation",
        respondent(UNABLE),
        0,
        '"...unable to lead a team!"',
        "repaired",
        "unable to lead a team",
    ),
    Quote("inner punctuation", respondent("No, I led a team."), 0, "No I led a team", "unverified"),
    Quote(
        "compatibility forms",
        respondent("The \ufb01rst \uff14\uff12 weeks, then"),
        0,
        "first 42 weeks",
        "repaired",
        "\ufb01rst \uff14\uff12 weeks",
    ),
    Quote(
        "invisible characters",
        respondent("my respon\u00adsibility"),
        0,
        "my responsibility",
        "repaired",
        "my respon\u00adsibility",
    ),
    # Scripts and signs.
    Quote(
        "six Chinese characters are twelve columns",
        respondent(CHINESE),
        0,
        FIRST_LISTEN,
        "verified",
        FIRST_LISTEN,
    ),
    Quote(
        "with spaces in the quote", respondent(CHINESE), 0, " ".join(FIRST_LISTEN), "verified", FIRST_LISTEN
    ),
    Quote(
        "with spaces in the transcript",
        respondent(" ".join(FIRST_LISTEN)),
        0,
        FIRST_LISTEN,
        "verified",
        " ".join(FIRST_LISTEN),
    ),
    Quote(
        "in the middle of Chinese text",
        respondent("\u56e0\u4e3a" + CHINESE),
        0,
        FIRST_LISTEN,
        "verified",
        FIRST_LISTEN,
    ),
    Quote("five Chinese characters are too short", respondent(CHINESE), 0, FIRST_LISTEN[1:], "unverified"),
    Quote("Thai, from the middle", respondent(THAI), 0, THAI[2:], "verified", THAI[2:]),
    Quote(
        "Thai, up to a vowel sign that belongs to the last letter",
        respondent(THAI),
        0,
        THAI[:16],
        "unverified",
    ),
    Quote(
        "Japanese in two widths",
        respondent("\u79c1\u306f\uff81\uff70\uff91\u3092\u4fe1\u3058\u307e\u3059"),
        0,
        "\u30c1\u30fc\u30e0\u3092\u4fe1\u3058\u307e\u3059",
        "repaired",
        "\uff81\uff70\uff91\u3092\u4fe1\u3058\u307e\u3059",
    ),
    Quote(
        "emoji",
        respondent(EMOJI),
        0,
        "I really love this \U0001f389\U0001f469\u200d\U0001f4bb",
        "verified",
        "I really love this \U0001f389\U0001f469\u200d\U0001f4bb",
    ),
    Quote(
        "places are code points, behind emoji too",
        respondent(EMOJI),
        0,
        "every single day",
        "verified",
        "every single day",
    ),
    Quote("right to left", respondent(HEBREW), 0, HEBREW[4:], "verified", HEBREW[4:]),
    Quote(
        "right to left, with a mark of direction",
        respondent(HEBREW),
        0,
        "\u200f" + HEBREW[4:],
        "repaired",
        HEBREW[4:],
    ),
)


# --- the file -----------------------------------------------------------------------------------------------


def item(vote: str) -> dict[str, Any]:
    """The end of an item: its score, or why there is none."""
    return {"score": Decimal(vote)} if vote[0].isdigit() else {"unscored": vote}


def runs_of(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """Runs as they are handed in, without what the combination does not read."""
    return [
        {
            "rater": {"kind": kind},
            "items": [{"dimension": name, **item(vote)} for name, vote in votes.items()],
        }
        for kind, votes in runs
    ]


def of_weights(weights: Numbers) -> list[dict[str, Any]]:
    """Dimensions with these weights."""
    return [{"name": name, "weight": Decimal(weight)} for name, weight in weights.items()]


def of_categories(categories: Sequence[Category]) -> list[dict[str, Any]]:
    """Categories as a definition has them."""
    return [
        {"name": name, "scoreRange": [Decimal(low), Decimal(high)], "primaryDimensions": list(primary)}
        for name, low, high, primary in categories
    ]


def margin_of(case: Margin) -> dict[str, Any]:
    """The margin that is expected."""
    away, to = case.nearest or (None, None)
    lead, over = case.second or (None, None)
    return {
        "overall": None if away is None else Decimal(away),
        "to": to,
        "lead": None if lead is None else Decimal(lead),
        "over": over,
    }


def located(case: Quote) -> dict[str, Any]:
    """What is expected of a quote. Where its words come twice, the last place is meant."""
    if not case.words:
        return {"status": case.status, "quote": case.quote}
    turn = (case.named or 0) if case.found is None else case.found
    start = case.turns[turn][1].rindex(case.words)
    found = {
        "status": case.status,
        "turn": turn,
        "start": start,
        "end": start + len(case.words),
        "quote": case.words,
    }
    return found | ({"moved": True} if case.named not in (turn, None) else {})


def parts() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the parts of the file: a name, and its vectors."""
    yield (
        "bands",
        [
            {
                "what": case.what,
                "rubric": {each: f"What {each} means." for each in case.ranges} or None,
                "scale": [Decimal(end) for end in case.scale],
                "reach": [[band, Decimal(first), Decimal(last)] for band, first, last in case.reach],
            }
            for case in BANDS
        ],
    )
    yield (
        "judged",
        [
            {
                "what": f"{rule}: {', '.join(statuses) or 'no quote'}",
                "evidence": rule,
                "item": {
                    "dimension": "Vision",
                    "evidence": [{"status": each} for each in statuses],
                    "score": 4,
                },
                "counts": counts,
            }
            for rule, statuses, counts in JUDGED
        ],
    )
    three = of_weights({"Vision": "0.5", "Trust": "0.3", "Drive": "0.2"})
    yield (
        "combination",
        [
            {
                "what": case.what,
                "definition": {"dimensions": three},
                "runs": runs_of(case.runs),
                "scores": numbers(case.scores),
                "reasons": dict(case.reasons),
                "spread": numbers(case.spread),
            }
            for case in COMBINATIONS
        ],
    )
    yield (
        "coverage",
        [
            {
                "what": case.what,
                "definition": {"dimensions": of_weights(case.weights)},
                "scores": dict.fromkeys(case.scored, 3),
                "coverage": Decimal(case.coverage),
            }
            for case in COVERAGES
        ],
    )
    yield (
        "least",
        [
            {"what": written(metadata), "definition": {"metadata": metadata}, "coverage": Decimal(least)}
            for metadata, least in LEAST
        ],
    )
    yield (
        "stability",
        [
            {
                "what": case.what,
                "definition": {
                    "metadata": dict(case.metadata),
                    "dimensions": three,
                    "resultCategories": of_categories(case.categories),
                },
                "runs": runs_of(case.runs),
                "category": case.category,
                "stability": None if case.same is None else {"runs": len(case.runs), "same": case.same},
            }
            for case in STABILITIES
        ],
    )
    yield (
        "margin",
        [
            {
                "what": case.what,
                "definition": {
                    "dimensions": of_weights(case.weights),
                    "resultCategories": of_categories(case.categories),
                },
                "scores": numbers(case.scores),
                "margin": margin_of(case),
            }
            for case in MARGINS
        ],
    )
    yield (
        "quotes",
        [
            {
                "what": case.what,
                "turns": [
                    {"turn": turn, "speaker": speaker, "text": text}
                    for turn, (speaker, text) in enumerate(case.turns)
                ],
                "quote": {"turn": case.named, "quote": case.quote},
                "located": located(case),
            }
            for case in QUOTES
        ],
    )


def generate() -> str:
    """Return the file: JSON with one vector in each line."""
    listed = [
        f'"{name}": [\n' + ",\n".join(in_ascii(written(vector)) for vector in vectors) + "\n]"
        for name, vectors in parts()
    ]
    return "{\n" + ",\n".join(listed) + "\n}\n"
