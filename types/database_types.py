from __future__ import annotations

import datetime
import uuid
from typing import (
    Annotated,
    Any,
    List,
    Literal,
    Optional,
    Dict,
    Tuple,
    Union,
)
from typing_extensions import NotRequired, TypeAlias, TypedDict

from pydantic import BaseModel, ConfigDict, Field, JsonValue, with_config

AuthAalLevel: TypeAlias = Literal["aal1", "aal2", "aal3"]

@with_config(ConfigDict(extra="allow"))
class Metadata(TypedDict):
    name: NotRequired[str]
    version: NotRequired[str]
    type: NotRequired[Literal["single-outcome", "multi-dimensional", "comparative"]]
    author: NotRequired[str]
    description: NotRequired[str]
    language: NotRequired[str]
    interviewStyle: NotRequired[InterviewStyle]
    resultDisclosure: NotRequired[Literal["full", "teaser", "none"]]
    scale: NotRequired[Tuple[float, float]]
    evidence: NotRequired[Literal["required", "preferred", "off"]]
    minCoverage: NotRequired[float]

@with_config(ConfigDict(extra="allow"))
class FilledMetadata(TypedDict):
    name: NotRequired[str]
    version: str
    type: Literal["single-outcome", "multi-dimensional", "comparative"]
    author: NotRequired[str]
    description: NotRequired[str]
    language: NotRequired[str]
    interviewStyle: FilledInterviewStyle
    resultDisclosure: Literal["full", "teaser", "none"]
    scale: Tuple[float, float]
    evidence: Literal["required", "preferred", "off"]
    minCoverage: NotRequired[float]

@with_config(ConfigDict(extra="allow"))
class InterviewStyle(TypedDict):
    default: NotRequired[int]
    allowOverride: NotRequired[bool]

@with_config(ConfigDict(extra="allow"))
class FilledInterviewStyle(TypedDict):
    default: int
    allowOverride: bool

@with_config(ConfigDict(extra="allow"))
class InterviewGuidelines(TypedDict):
    opening: NotRequired[str]
    probingQuestions: NotRequired[Dict[str, List[str]]]
    closing: NotRequired[str]

@with_config(ConfigDict(extra="allow"))
class FilledInterviewGuidelines(TypedDict):
    opening: NotRequired[str]
    probingQuestions: Dict[str, List[str]]
    closing: NotRequired[str]

@with_config(ConfigDict(extra="allow"))
class Dimension(TypedDict):
    id: NotRequired[str]
    name: str
    weight: float
    description: str
    interviewThemes: NotRequired[List[str]]
    scoringRubric: NotRequired[Dict[str, str]]

@with_config(ConfigDict(extra="allow"))
class FilledDimension(TypedDict):
    id: str
    name: str
    weight: float
    description: str
    interviewThemes: List[str]
    scoringRubric: Dict[str, str]

@with_config(ConfigDict(extra="allow"))
class ResultCategory(TypedDict):
    name: str
    scoreRange: NotRequired[Tuple[float, float]]
    primaryDimensions: NotRequired[List[str]]
    description: NotRequired[str]
    strengths: NotRequired[List[str]]
    growthAreas: NotRequired[List[str]]
    recommendations: NotRequired[List[str]]

@with_config(ConfigDict(extra="allow"))
class FilledResultCategory(TypedDict):
    name: str
    scoreRange: NotRequired[Tuple[float, float]]
    primaryDimensions: List[str]
    description: NotRequired[str]
    strengths: List[str]
    growthAreas: List[str]
    recommendations: List[str]

@with_config(ConfigDict(extra="allow"))
class Example(TypedDict):
    name: NotRequired[str]
    scores: NotRequired[Dict[str, float]]
    overall: NotRequired[float]
    category: NotRequired[str]

@with_config(ConfigDict(extra="allow"))
class FilledExample(TypedDict):
    name: NotRequired[str]
    scores: NotRequired[Dict[str, float]]
    overall: NotRequired[float]
    category: NotRequired[str]

@with_config(ConfigDict(extra="allow"))
class Definition(TypedDict):
    metadata: NotRequired[Metadata]
    dimensions: List[Dimension]
    resultCategories: List[ResultCategory]
    interviewGuidelines: NotRequired[InterviewGuidelines]
    examples: NotRequired[List[Example]]

@with_config(ConfigDict(extra="allow"))
class FilledDefinition(TypedDict):
    metadata: FilledMetadata
    dimensions: List[FilledDimension]
    resultCategories: List[FilledResultCategory]
    interviewGuidelines: FilledInterviewGuidelines
    examples: List[FilledExample]

@with_config(ConfigDict(extra="allow"))
class InterviewDefinition(TypedDict):
    metadata: FilledMetadata
    dimensions: List[FilledDimension]
    resultCategories: List[FilledResultCategory]
    interviewGuidelines: FilledInterviewGuidelines

class Fix(TypedDict):
    title: str
    safe: bool
    edits: List[TextEdit]

class TextEdit(TypedDict):
    line: int
    column: int
    end_line: int
    end_column: int
    text: str

class Diagnostic(TypedDict):
    severity: Literal["error", "warning"]
    code: str
    line: int
    column: int
    end_line: int
    end_column: int
    section: str
    message: str
    hint: str
    args: Dict[str, Union[str, int]]
    fix: NotRequired[Fix]
    path: NotRequired[str]

Scores: TypeAlias = Dict[str, float]

Hashes: TypeAlias = Dict[str, str]

class DefinitionFault(TypedDict):
    path: str
    reason: str
    expected: str

class InterviewProgress(TypedDict):
    turns: int
    last_turn: Union[int, None]
    dimensions: Union[List[str], None]
    words_expired: bool

class InterviewContext(TypedDict):
    assessment_id: str
    version_id: str
    version: str
    definition_sha256: str
    begun: bool
    progress: InterviewProgress
    interview_style: int
    definition: InterviewDefinition

class ScoringSchemaKeys(TypedDict):
    evidence: Dict[str, JsonValue]
    rationale: Dict[str, JsonValue]
    band: Dict[str, JsonValue]
    score: Dict[str, JsonValue]

class ScoringSchema(TypedDict):
    type: Literal["object"]
    description: str
    properties: ScoringSchemaKeys
    required: List[str]
    additionalProperties: bool

class VersionName(TypedDict):
    id: str
    version: str

Change = TypedDict(
    "Change",
    {
        "rule": str,
        "class": Literal["presentation", "instrument", "scoring", "structure"],
        "sentence": str,
        "item": Union[str, None],
        "part": Union[str, None],
        "old": JsonValue,
        "new": JsonValue,
    },
)

class ComparedDimension(TypedDict):
    id: str
    compares: Literal["same", "declared", "no"]
    note: Union[str, None]

class Restated(TypedDict):
    considered: int
    restated: int
    differ: int

class Difference(TypedDict):
    field: str
    stored: JsonValue
    computed: JsonValue

class FullResult(TypedDict):
    complete: Literal[True]
    disclosure: Literal["full"]
    corrected: bool
    completed_at: str
    scale: Tuple[float, float]
    overall_score: Union[float, None]
    dimension_scores: Scores
    uncovered_dimensions: List[str]
    category: Union[ResultCategory, None]
    insights: JsonValue

class TeaserCategory(TypedDict):
    name: str
    description: Union[str, None]

class TeaserResult(TypedDict):
    complete: Literal[True]
    disclosure: Literal["teaser"]
    corrected: bool
    category: Union[TeaserCategory, None]

class OtherResult(TypedDict):
    complete: bool

class ExplainedQuote(TypedDict):
    turn: int
    start: int
    quote: str

class ExplainedDimension(TypedDict):
    dimension: str
    score: float
    weight: float
    contribution: Union[float, None]
    band: Union[str, None]
    band_text: Union[str, None]
    spread: Union[float, None]
    quotes: List[ExplainedQuote]

class ExplainedRater(TypedDict):
    kind: Literal["model", "human"]
    name: str
    version: Union[str, None]
    runs: int

class UnscoredDimension(TypedDict):
    dimension: str
    reason: Union[str, None]

class Stability(TypedDict):
    runs: int
    same: int

class Margin(TypedDict):
    overall: Union[float, None]
    to: Union[str, None]
    lead: Union[float, None]
    over: Union[str, None]

class Correction(TypedDict):
    decision: Literal["confirmed", "corrected", "withdrawn"]
    at: str

class Explanation(TypedDict):
    complete: Literal[True]
    machine: str
    provenance: Literal["unsupported", "runs"]
    raters: List[ExplainedRater]
    scale: Tuple[float, float]
    overall_score: Union[float, None]
    category: Union[str, None]
    second_category: Union[str, None]
    coverage: Union[float, None]
    stability: Union[Stability, None]
    margin: Union[Margin, None]
    dimensions: List[ExplainedDimension]
    unscored: List[UnscoredDimension]
    words_expired: bool
    corrections: List[Correction]

class QueueOfKind(TypedDict):
    queued: int
    waiting: int
    running: int
    expired_leases: int
    failed_last_hour: int
    rejected_last_hour: int
    oldest_queued_seconds: Union[float, None]

class Notice(TypedDict):
    machine: str
    kept: str
    readers: str
    shown: str
    contact: str
    tenant: Union[str, None]
    words_days: int

class Welcome(TypedDict):
    state: Literal["open", "in_progress", "scoring", "complete", "cancelled", "withdrawn"]
    tenant: str
    name: str
    description: Union[str, None]
    opening: Union[str, None]
    disclosure: Literal["full", "teaser", "none"]
    expires_at: Union[str, None]
    notice: Notice

class Unavailable(TypedDict):
    state: Literal["unavailable"]

class KeptTurn(TypedDict):
    turn: int
    speaker: Literal["respondent", "interviewer", "other", "unknown"]
    first_speaker: Literal["respondent", "interviewer", "other", "unknown"]
    text: str
    at: Union[str, None]
    dimensions: Union[List[str], None]
    received_at: str

class Transcript(TypedDict):
    words_expired: bool
    last_received_at: str
    turns: List[KeptTurn]

class CheckedQuote(TypedDict):
    status: Literal["verified", "repaired", "interviewer", "other", "short", "unverified"]
    quote: str
    moved: NotRequired[Literal[True]]
    turn: NotRequired[int]
    start: NotRequired[int]
    end: NotRequired[int]

class CampaignName(TypedDict):
    id: str
    name: str

class Pin(TypedDict):
    assessment_id: str
    version_id: Union[str, None]
    version: Union[str, None]
    begun_at: Union[str, None]
    asked_at: Union[str, None]

class HeldOfSession(TypedDict):
    tenant_id: str
    erased_at: Union[str, None]
    session: Union[Dict[str, JsonValue], None]
    campaign: Union[CampaignName, None]
    agent_sessions: List[Dict[str, JsonValue]]
    pin: Union[Pin, None]
    transcript: Union[Transcript, None]
    kept_runs: Union[List[Dict[str, JsonValue]], None]
    submitted: Union[Dict[str, JsonValue], None]
    runs: Union[List[Dict[str, JsonValue]], None]
    result: Union[Dict[str, JsonValue], None]
    reviews: List[Dict[str, JsonValue]]

class SettledJobs(TypedDict):
    outcome: str
    error: Union[str, None]
    jobs: List[int]

class PinnedVersion(TypedDict):
    version_id: str
    version: str
    definition_sha256: str

class BackfillVersionsAnswer(TypedDict):
    examined: int
    left_over: int
    finished: bool

class CheckDefinitionAnswer(TypedDict):
    valid: bool
    faults: List[DefinitionFault]
    definition: Union[FilledDefinition, None]

CheckEvidenceAnswer: TypeAlias = List[CheckedQuote]

class CompleteAssessmentSessionAnswer(TypedDict):
    queued: bool
    status: Literal["queued", "processing", "succeeded"]
    job: NotRequired[int]
    result_id: NotRequired[str]
    differs: NotRequired[bool]

class CorrectTurnAnswer(TypedDict):
    turn: int
    speaker: Literal["respondent", "interviewer", "other", "unknown"]
    first_speaker: Literal["respondent", "interviewer", "other", "unknown"]

class CopyAssessmentAnswer(TypedDict):
    id: str
    name: str
    slug: str
    version: str
    status: str
    derived_from: Union[str, None]

class CreateTenantAnswer(TypedDict):
    id: str
    slug: str
    display_name: str

class DeclareEquivalentAnswer(TypedDict):
    id: str
    assessment_id: str
    tenant_id: str
    dimension: str
    from_hash: str
    to_hash: str
    note: str
    created_at: str

class EraseAccountAnswer(TypedDict):
    tenants: int
    results: int
    reviews: int
    score_requests: int
    turns: int
    runs: int
    uploads: int
    jobs: int
    assessments: int
    assessments_handed_over: int
    campaigns: int
    campaigns_left: int
    campaign_assignments: int
    campaign_assignments_left: int
    coaching_sessions: int
    coaching_sessions_left: int
    agent_sessions: int
    agent_sessions_left: int
    accounts: int
    rows_given_to_tenants: int

class EraseSessionAnswer(TypedDict):
    results: int
    reviews: int
    score_requests: int
    jobs: int
    pins: int
    turns: int
    runs: int
    agent_sessions: int
    coaching_sessions: int
    campaign_assignments: int
    columns_left: int

class EraseTenantAnswer(TypedDict):
    tenants: int
    results: int
    reviews: int
    score_requests: int
    turns: int
    runs: int
    uploads: int
    jobs: int
    assessments: int
    assessments_handed_over: int
    campaigns: int
    campaigns_left: int
    campaign_assignments: int
    campaign_assignments_left: int
    coaching_sessions: int
    coaching_sessions_left: int
    agent_sessions: int
    agent_sessions_left: int

class ExchangeJobsAnswer(TypedDict):
    settled: List[SettledJobs]
    jobs: List[Dict[str, JsonValue]]
    next_in_ms: Union[int, None]

ExplanationAnswer: TypeAlias = Explanation

InterviewContextAnswer: TypeAlias = Union[InterviewContext, None]

class PreviewContextAnswer(TypedDict):
    assessment_id: Union[str, None]
    version: str
    interview_style: int
    definition: InterviewDefinition

QueueStatusAnswer: TypeAlias = Dict[str, QueueOfKind]

RepinCampaignAnswer: TypeAlias = PinnedVersion

RepinSessionAnswer: TypeAlias = PinnedVersion

class ReviewListingAnswer(TypedDict):
    review_id: Union[str, None]
    changed: bool
    assessment_id: str
    marketplace_status: str
    listed_version_id: Union[str, None]

class ReviewResultAnswer(TypedDict):
    changed: bool
    review_id: str
    number: int
    decision: Literal["confirmed", "corrected", "withdrawn"]
    overall_score: Union[float, None]
    matched_category: Union[str, None]

class RotateSessionLinkAnswer(TypedDict):
    access_token: str

class SaveRunAnswer(TypedDict):
    saved: bool
    key: str
    runs: int

class SaveProgressAnswer(TypedDict):
    saved: int
    turns: int
    last_turn: Union[int, None]

SessionExplanationAnswer: TypeAlias = Union[Explanation, OtherResult]

ScoringSchemaAnswer: TypeAlias = ScoringSchema

SessionResultAnswer: TypeAlias = Union[FullResult, TeaserResult, OtherResult]

SessionStatusAnswer: TypeAlias = Union[Welcome, Unavailable]

class SubjectExportAnswer(TypedDict):
    session_id: str
    session_type: str
    exported_at: str
    held: List[HeldOfSession]

class VerifyResultAnswer(TypedDict):
    equal: bool
    differences: List[Difference]

VersionChangesAnswer = TypedDict(
    "VersionChangesAnswer",
    {
        "from": VersionName,
        "class": Union[Literal["presentation", "instrument", "scoring", "structure"], None],
        "to": VersionName,
        "least_version": Union[str, None],
        "changes": List[Change],
        "dimensions": List[ComparedDimension],
        "results": Restated,
    },
)

class WithdrawSessionAnswer(TypedDict):
    state: Literal["open", "in_progress", "scoring", "complete", "cancelled", "withdrawn", "unavailable"]

class PublicAgentSessions(BaseModel):
    agent_type: str = Field(alias="agent_type")
    coaching_session_id: Optional[uuid.UUID] = Field(alias="coaching_session_id")
    created_at: datetime.datetime = Field(alias="created_at")
    custom_assessment_id: Optional[uuid.UUID] = Field(alias="custom_assessment_id")
    id: uuid.UUID = Field(alias="id")
    session_context: JsonValue = Field(alias="session_context")
    stakeholder_session_id: Optional[uuid.UUID] = Field(alias="stakeholder_session_id")
    updated_at: datetime.datetime = Field(alias="updated_at")

class PublicAgentSessionsInsert(TypedDict):
    agent_type: NotRequired[Annotated[str, Field(alias="agent_type")]]
    coaching_session_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="coaching_session_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    custom_assessment_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="custom_assessment_id")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    session_context: NotRequired[Annotated[JsonValue, Field(alias="session_context")]]
    stakeholder_session_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="stakeholder_session_id")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]

class PublicAgentSessionsUpdate(TypedDict):
    agent_type: NotRequired[Annotated[str, Field(alias="agent_type")]]
    coaching_session_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="coaching_session_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    custom_assessment_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="custom_assessment_id")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    session_context: NotRequired[Annotated[JsonValue, Field(alias="session_context")]]
    stakeholder_session_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="stakeholder_session_id")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]

class PublicAssessmentUploads(BaseModel):
    assessment_id: Optional[uuid.UUID] = Field(alias="assessment_id")
    attempts: int = Field(alias="attempts")
    created_at: datetime.datetime = Field(alias="created_at")
    created_by: Optional[uuid.UUID] = Field(alias="created_by")
    definition: Optional[FilledDefinition] = Field(alias="definition")
    diagnostics: List[Diagnostic] = Field(alias="diagnostics")
    dry_run: bool = Field(alias="dry_run")
    finished_at: Optional[datetime.datetime] = Field(alias="finished_at")
    id: uuid.UUID = Field(alias="id")
    source_definition: Optional[JsonValue] = Field(alias="source_definition")
    source_markdown: Optional[str] = Field(alias="source_markdown")
    started_at: Optional[datetime.datetime] = Field(alias="started_at")
    status: str = Field(alias="status")
    tenant_id: uuid.UUID = Field(alias="tenant_id")

class PublicAssessmentUploadsInsert(TypedDict):
    assessment_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="assessment_id")]]
    attempts: NotRequired[Annotated[int, Field(alias="attempts")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    definition: NotRequired[Annotated[Optional[Definition], Field(alias="definition")]]
    diagnostics: NotRequired[Annotated[List[Diagnostic], Field(alias="diagnostics")]]
    dry_run: NotRequired[Annotated[bool, Field(alias="dry_run")]]
    finished_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="finished_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    source_definition: NotRequired[Annotated[Optional[JsonValue], Field(alias="source_definition")]]
    source_markdown: NotRequired[Annotated[Optional[str], Field(alias="source_markdown")]]
    started_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="started_at")]]
    status: NotRequired[Annotated[str, Field(alias="status")]]
    tenant_id: Annotated[uuid.UUID, Field(alias="tenant_id")]

class PublicAssessmentUploadsUpdate(TypedDict):
    assessment_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="assessment_id")]]
    attempts: NotRequired[Annotated[int, Field(alias="attempts")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    definition: NotRequired[Annotated[Optional[Definition], Field(alias="definition")]]
    diagnostics: NotRequired[Annotated[List[Diagnostic], Field(alias="diagnostics")]]
    dry_run: NotRequired[Annotated[bool, Field(alias="dry_run")]]
    finished_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="finished_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    source_definition: NotRequired[Annotated[Optional[JsonValue], Field(alias="source_definition")]]
    source_markdown: NotRequired[Annotated[Optional[str], Field(alias="source_markdown")]]
    started_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="started_at")]]
    status: NotRequired[Annotated[str, Field(alias="status")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]

class PublicAssessmentVersions(BaseModel):
    assessment_id: uuid.UUID = Field(alias="assessment_id")
    assessment_type: str = Field(alias="assessment_type")
    change_class: Optional[str] = Field(alias="change_class")
    created_at: datetime.datetime = Field(alias="created_at")
    created_by: Optional[uuid.UUID] = Field(alias="created_by")
    definition: Definition = Field(alias="definition")
    definition_sha256: str = Field(alias="definition_sha256")
    description: Optional[str] = Field(alias="description")
    dimension_hashes: Hashes = Field(alias="dimension_hashes")
    id: uuid.UUID = Field(alias="id")
    interview_style_allow_override: bool = Field(alias="interview_style_allow_override")
    interview_style_default: int = Field(alias="interview_style_default")
    name: str = Field(alias="name")
    result_disclosure: str = Field(alias="result_disclosure")
    revision: int = Field(alias="revision")
    scoring_sha256: str = Field(alias="scoring_sha256")
    source_markdown: Optional[str] = Field(alias="source_markdown")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    version: str = Field(alias="version")

class PublicAssessmentVersionsInsert(TypedDict):
    assessment_id: Annotated[uuid.UUID, Field(alias="assessment_id")]
    assessment_type: Annotated[str, Field(alias="assessment_type")]
    change_class: NotRequired[Annotated[Optional[str], Field(alias="change_class")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    definition: Annotated[Definition, Field(alias="definition")]
    definition_sha256: Annotated[str, Field(alias="definition_sha256")]
    description: NotRequired[Annotated[Optional[str], Field(alias="description")]]
    dimension_hashes: Annotated[Hashes, Field(alias="dimension_hashes")]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    interview_style_allow_override: Annotated[bool, Field(alias="interview_style_allow_override")]
    interview_style_default: Annotated[int, Field(alias="interview_style_default")]
    name: Annotated[str, Field(alias="name")]
    result_disclosure: Annotated[str, Field(alias="result_disclosure")]
    revision: NotRequired[Annotated[int, Field(alias="revision")]]
    scoring_sha256: Annotated[str, Field(alias="scoring_sha256")]
    source_markdown: NotRequired[Annotated[Optional[str], Field(alias="source_markdown")]]
    tenant_id: Annotated[uuid.UUID, Field(alias="tenant_id")]
    version: Annotated[str, Field(alias="version")]

class PublicAssessmentVersionsUpdate(TypedDict):
    assessment_id: NotRequired[Annotated[uuid.UUID, Field(alias="assessment_id")]]
    assessment_type: NotRequired[Annotated[str, Field(alias="assessment_type")]]
    change_class: NotRequired[Annotated[Optional[str], Field(alias="change_class")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    definition: NotRequired[Annotated[Definition, Field(alias="definition")]]
    definition_sha256: NotRequired[Annotated[str, Field(alias="definition_sha256")]]
    description: NotRequired[Annotated[Optional[str], Field(alias="description")]]
    dimension_hashes: NotRequired[Annotated[Hashes, Field(alias="dimension_hashes")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    interview_style_allow_override: NotRequired[Annotated[bool, Field(alias="interview_style_allow_override")]]
    interview_style_default: NotRequired[Annotated[int, Field(alias="interview_style_default")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]
    result_disclosure: NotRequired[Annotated[str, Field(alias="result_disclosure")]]
    revision: NotRequired[Annotated[int, Field(alias="revision")]]
    scoring_sha256: NotRequired[Annotated[str, Field(alias="scoring_sha256")]]
    source_markdown: NotRequired[Annotated[Optional[str], Field(alias="source_markdown")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    version: NotRequired[Annotated[str, Field(alias="version")]]

class PublicCampaignAssignments(BaseModel):
    access_expires_at: Optional[datetime.datetime] = Field(alias="access_expires_at")
    access_token: str = Field(alias="access_token")
    campaign_id: uuid.UUID = Field(alias="campaign_id")
    completed_at: Optional[datetime.datetime] = Field(alias="completed_at")
    created_at: datetime.datetime = Field(alias="created_at")
    id: uuid.UUID = Field(alias="id")
    stakeholder_email: Optional[str] = Field(alias="stakeholder_email")
    stakeholder_name: Optional[str] = Field(alias="stakeholder_name")
    started_at: Optional[datetime.datetime] = Field(alias="started_at")
    status: str = Field(alias="status")
    updated_at: datetime.datetime = Field(alias="updated_at")

class PublicCampaignAssignmentsInsert(TypedDict):
    access_expires_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="access_expires_at")]]
    access_token: NotRequired[Annotated[str, Field(alias="access_token")]]
    campaign_id: Annotated[uuid.UUID, Field(alias="campaign_id")]
    completed_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="completed_at")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    stakeholder_email: NotRequired[Annotated[Optional[str], Field(alias="stakeholder_email")]]
    stakeholder_name: NotRequired[Annotated[Optional[str], Field(alias="stakeholder_name")]]
    started_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="started_at")]]
    status: NotRequired[Annotated[str, Field(alias="status")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]

class PublicCampaignAssignmentsUpdate(TypedDict):
    access_expires_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="access_expires_at")]]
    access_token: NotRequired[Annotated[str, Field(alias="access_token")]]
    campaign_id: NotRequired[Annotated[uuid.UUID, Field(alias="campaign_id")]]
    completed_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="completed_at")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    stakeholder_email: NotRequired[Annotated[Optional[str], Field(alias="stakeholder_email")]]
    stakeholder_name: NotRequired[Annotated[Optional[str], Field(alias="stakeholder_name")]]
    started_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="started_at")]]
    status: NotRequired[Annotated[str, Field(alias="status")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]

class PublicCampaigns(BaseModel):
    assessment_type: str = Field(alias="assessment_type")
    created_at: datetime.datetime = Field(alias="created_at")
    created_by: Optional[uuid.UUID] = Field(alias="created_by")
    custom_assessment_id: Optional[uuid.UUID] = Field(alias="custom_assessment_id")
    id: uuid.UUID = Field(alias="id")
    interview_style_override: Optional[int] = Field(alias="interview_style_override")
    name: str = Field(alias="name")
    status: str = Field(alias="status")
    tenant_id: Optional[uuid.UUID] = Field(alias="tenant_id")
    updated_at: datetime.datetime = Field(alias="updated_at")

class PublicCampaignsInsert(TypedDict):
    assessment_type: NotRequired[Annotated[str, Field(alias="assessment_type")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    custom_assessment_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="custom_assessment_id")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    interview_style_override: NotRequired[Annotated[Optional[int], Field(alias="interview_style_override")]]
    name: Annotated[str, Field(alias="name")]
    status: NotRequired[Annotated[str, Field(alias="status")]]
    tenant_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="tenant_id")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]

class PublicCampaignsUpdate(TypedDict):
    assessment_type: NotRequired[Annotated[str, Field(alias="assessment_type")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    custom_assessment_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="custom_assessment_id")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    interview_style_override: NotRequired[Annotated[Optional[int], Field(alias="interview_style_override")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]
    status: NotRequired[Annotated[str, Field(alias="status")]]
    tenant_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="tenant_id")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]

class PublicCoachingSessions(BaseModel):
    access_expires_at: Optional[datetime.datetime] = Field(alias="access_expires_at")
    access_token: str = Field(alias="access_token")
    assessment_type: Optional[str] = Field(alias="assessment_type")
    client_email: Optional[str] = Field(alias="client_email")
    client_name: Optional[str] = Field(alias="client_name")
    client_status: str = Field(alias="client_status")
    completed_at: Optional[datetime.datetime] = Field(alias="completed_at")
    created_at: datetime.datetime = Field(alias="created_at")
    custom_assessment_id: Optional[uuid.UUID] = Field(alias="custom_assessment_id")
    id: uuid.UUID = Field(alias="id")
    interview_style_override: Optional[int] = Field(alias="interview_style_override")
    metadata: JsonValue = Field(alias="metadata")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    updated_at: datetime.datetime = Field(alias="updated_at")

class PublicCoachingSessionsInsert(TypedDict):
    access_expires_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="access_expires_at")]]
    access_token: NotRequired[Annotated[str, Field(alias="access_token")]]
    assessment_type: NotRequired[Annotated[Optional[str], Field(alias="assessment_type")]]
    client_email: NotRequired[Annotated[Optional[str], Field(alias="client_email")]]
    client_name: NotRequired[Annotated[Optional[str], Field(alias="client_name")]]
    client_status: NotRequired[Annotated[str, Field(alias="client_status")]]
    completed_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="completed_at")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    custom_assessment_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="custom_assessment_id")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    interview_style_override: NotRequired[Annotated[Optional[int], Field(alias="interview_style_override")]]
    metadata: NotRequired[Annotated[JsonValue, Field(alias="metadata")]]
    tenant_id: Annotated[uuid.UUID, Field(alias="tenant_id")]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]

class PublicCoachingSessionsUpdate(TypedDict):
    access_expires_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="access_expires_at")]]
    access_token: NotRequired[Annotated[str, Field(alias="access_token")]]
    assessment_type: NotRequired[Annotated[Optional[str], Field(alias="assessment_type")]]
    client_email: NotRequired[Annotated[Optional[str], Field(alias="client_email")]]
    client_name: NotRequired[Annotated[Optional[str], Field(alias="client_name")]]
    client_status: NotRequired[Annotated[str, Field(alias="client_status")]]
    completed_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="completed_at")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    custom_assessment_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="custom_assessment_id")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    interview_style_override: NotRequired[Annotated[Optional[int], Field(alias="interview_style_override")]]
    metadata: NotRequired[Annotated[JsonValue, Field(alias="metadata")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]

class PublicCustomAssessmentResults(BaseModel):
    ai_insights: Optional[JsonValue] = Field(alias="ai_insights")
    assessment_definition_snapshot: Definition = Field(alias="assessment_definition_snapshot")
    assessment_id: uuid.UUID = Field(alias="assessment_id")
    assessment_version: str = Field(alias="assessment_version")
    assessment_version_id: Optional[uuid.UUID] = Field(alias="assessment_version_id")
    campaign_created_by: Optional[uuid.UUID] = Field(alias="campaign_created_by")
    campaign_id: Optional[uuid.UUID] = Field(alias="campaign_id")
    completed_at: Optional[datetime.datetime] = Field(alias="completed_at")
    coverage: Optional[float] = Field(alias="coverage")
    created_at: datetime.datetime = Field(alias="created_at")
    dimension_scores: Scores = Field(alias="dimension_scores")
    id: uuid.UUID = Field(alias="id")
    margin: Optional[JsonValue] = Field(alias="margin")
    matched_category: Optional[str] = Field(alias="matched_category")
    matched_category_data: Optional[ResultCategory] = Field(alias="matched_category_data")
    overall_score: Optional[float] = Field(alias="overall_score")
    provenance: str = Field(alias="provenance")
    result_disclosure: str = Field(alias="result_disclosure")
    session_id: uuid.UUID = Field(alias="session_id")
    session_type: str = Field(alias="session_type")
    spread: Optional[JsonValue] = Field(alias="spread")
    stability: Optional[JsonValue] = Field(alias="stability")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    transcript_source: Optional[str] = Field(alias="transcript_source")
    uncovered_dimensions: List[str] = Field(alias="uncovered_dimensions")
    uncovered_reasons: Optional[JsonValue] = Field(alias="uncovered_reasons")
    version_assumed: bool = Field(alias="version_assumed")

class PublicCustomAssessmentResultsInsert(TypedDict):
    ai_insights: NotRequired[Annotated[Optional[JsonValue], Field(alias="ai_insights")]]
    assessment_definition_snapshot: Annotated[Definition, Field(alias="assessment_definition_snapshot")]
    assessment_id: Annotated[uuid.UUID, Field(alias="assessment_id")]
    assessment_version: Annotated[str, Field(alias="assessment_version")]
    assessment_version_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="assessment_version_id")]]
    campaign_created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="campaign_created_by")]]
    campaign_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="campaign_id")]]
    completed_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="completed_at")]]
    coverage: NotRequired[Annotated[Optional[float], Field(alias="coverage")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    dimension_scores: Annotated[Scores, Field(alias="dimension_scores")]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    margin: NotRequired[Annotated[Optional[JsonValue], Field(alias="margin")]]
    matched_category: NotRequired[Annotated[Optional[str], Field(alias="matched_category")]]
    matched_category_data: NotRequired[Annotated[Optional[ResultCategory], Field(alias="matched_category_data")]]
    overall_score: NotRequired[Annotated[Optional[float], Field(alias="overall_score")]]
    provenance: NotRequired[Annotated[str, Field(alias="provenance")]]
    result_disclosure: Annotated[str, Field(alias="result_disclosure")]
    session_id: Annotated[uuid.UUID, Field(alias="session_id")]
    session_type: Annotated[str, Field(alias="session_type")]
    spread: NotRequired[Annotated[Optional[JsonValue], Field(alias="spread")]]
    stability: NotRequired[Annotated[Optional[JsonValue], Field(alias="stability")]]
    tenant_id: Annotated[uuid.UUID, Field(alias="tenant_id")]
    transcript_source: NotRequired[Annotated[Optional[str], Field(alias="transcript_source")]]
    uncovered_dimensions: NotRequired[Annotated[List[str], Field(alias="uncovered_dimensions")]]
    uncovered_reasons: NotRequired[Annotated[Optional[JsonValue], Field(alias="uncovered_reasons")]]
    version_assumed: NotRequired[Annotated[bool, Field(alias="version_assumed")]]

class PublicCustomAssessmentResultsUpdate(TypedDict):
    ai_insights: NotRequired[Annotated[Optional[JsonValue], Field(alias="ai_insights")]]
    assessment_definition_snapshot: NotRequired[Annotated[Definition, Field(alias="assessment_definition_snapshot")]]
    assessment_id: NotRequired[Annotated[uuid.UUID, Field(alias="assessment_id")]]
    assessment_version: NotRequired[Annotated[str, Field(alias="assessment_version")]]
    assessment_version_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="assessment_version_id")]]
    campaign_created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="campaign_created_by")]]
    campaign_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="campaign_id")]]
    completed_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="completed_at")]]
    coverage: NotRequired[Annotated[Optional[float], Field(alias="coverage")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    dimension_scores: NotRequired[Annotated[Scores, Field(alias="dimension_scores")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    margin: NotRequired[Annotated[Optional[JsonValue], Field(alias="margin")]]
    matched_category: NotRequired[Annotated[Optional[str], Field(alias="matched_category")]]
    matched_category_data: NotRequired[Annotated[Optional[ResultCategory], Field(alias="matched_category_data")]]
    overall_score: NotRequired[Annotated[Optional[float], Field(alias="overall_score")]]
    provenance: NotRequired[Annotated[str, Field(alias="provenance")]]
    result_disclosure: NotRequired[Annotated[str, Field(alias="result_disclosure")]]
    session_id: NotRequired[Annotated[uuid.UUID, Field(alias="session_id")]]
    session_type: NotRequired[Annotated[str, Field(alias="session_type")]]
    spread: NotRequired[Annotated[Optional[JsonValue], Field(alias="spread")]]
    stability: NotRequired[Annotated[Optional[JsonValue], Field(alias="stability")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    transcript_source: NotRequired[Annotated[Optional[str], Field(alias="transcript_source")]]
    uncovered_dimensions: NotRequired[Annotated[List[str], Field(alias="uncovered_dimensions")]]
    uncovered_reasons: NotRequired[Annotated[Optional[JsonValue], Field(alias="uncovered_reasons")]]
    version_assumed: NotRequired[Annotated[bool, Field(alias="version_assumed")]]

class PublicCustomAssessments(BaseModel):
    assessment_type: str = Field(alias="assessment_type")
    content_changed_at: datetime.datetime = Field(alias="content_changed_at")
    created_at: datetime.datetime = Field(alias="created_at")
    created_by: uuid.UUID = Field(alias="created_by")
    definition: Definition = Field(alias="definition")
    derived_from: Optional[uuid.UUID] = Field(alias="derived_from")
    description: Optional[str] = Field(alias="description")
    id: uuid.UUID = Field(alias="id")
    interview_style_allow_override: bool = Field(alias="interview_style_allow_override")
    interview_style_default: int = Field(alias="interview_style_default")
    is_template: bool = Field(alias="is_template")
    listed_at: Optional[datetime.datetime] = Field(alias="listed_at")
    listed_version_id: Optional[uuid.UUID] = Field(alias="listed_version_id")
    marketplace_price_tier: Optional[str] = Field(alias="marketplace_price_tier")
    marketplace_status: Optional[str] = Field(alias="marketplace_status")
    name: str = Field(alias="name")
    newest_version_id: Optional[uuid.UUID] = Field(alias="newest_version_id")
    published_at: Optional[datetime.datetime] = Field(alias="published_at")
    result_disclosure: str = Field(alias="result_disclosure")
    slug: str = Field(alias="slug")
    source_markdown: Optional[str] = Field(alias="source_markdown")
    source_type: str = Field(alias="source_type")
    status: str = Field(alias="status")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    updated_at: datetime.datetime = Field(alias="updated_at")
    version: str = Field(alias="version")

class PublicCustomAssessmentsInsert(TypedDict):
    assessment_type: NotRequired[Annotated[str, Field(alias="assessment_type")]]
    content_changed_at: NotRequired[Annotated[datetime.datetime, Field(alias="content_changed_at")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[uuid.UUID, Field(alias="created_by")]]
    definition: Annotated[Definition, Field(alias="definition")]
    derived_from: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="derived_from")]]
    description: NotRequired[Annotated[Optional[str], Field(alias="description")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    interview_style_allow_override: NotRequired[Annotated[bool, Field(alias="interview_style_allow_override")]]
    interview_style_default: NotRequired[Annotated[int, Field(alias="interview_style_default")]]
    is_template: NotRequired[Annotated[bool, Field(alias="is_template")]]
    listed_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="listed_at")]]
    listed_version_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="listed_version_id")]]
    marketplace_price_tier: NotRequired[Annotated[Optional[str], Field(alias="marketplace_price_tier")]]
    marketplace_status: NotRequired[Annotated[Optional[str], Field(alias="marketplace_status")]]
    name: Annotated[str, Field(alias="name")]
    newest_version_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="newest_version_id")]]
    published_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="published_at")]]
    result_disclosure: NotRequired[Annotated[str, Field(alias="result_disclosure")]]
    slug: NotRequired[Annotated[str, Field(alias="slug")]]
    source_markdown: NotRequired[Annotated[Optional[str], Field(alias="source_markdown")]]
    source_type: NotRequired[Annotated[str, Field(alias="source_type")]]
    status: NotRequired[Annotated[str, Field(alias="status")]]
    tenant_id: Annotated[uuid.UUID, Field(alias="tenant_id")]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    version: NotRequired[Annotated[str, Field(alias="version")]]

class PublicCustomAssessmentsUpdate(TypedDict):
    assessment_type: NotRequired[Annotated[str, Field(alias="assessment_type")]]
    content_changed_at: NotRequired[Annotated[datetime.datetime, Field(alias="content_changed_at")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[uuid.UUID, Field(alias="created_by")]]
    definition: NotRequired[Annotated[Definition, Field(alias="definition")]]
    derived_from: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="derived_from")]]
    description: NotRequired[Annotated[Optional[str], Field(alias="description")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    interview_style_allow_override: NotRequired[Annotated[bool, Field(alias="interview_style_allow_override")]]
    interview_style_default: NotRequired[Annotated[int, Field(alias="interview_style_default")]]
    is_template: NotRequired[Annotated[bool, Field(alias="is_template")]]
    listed_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="listed_at")]]
    listed_version_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="listed_version_id")]]
    marketplace_price_tier: NotRequired[Annotated[Optional[str], Field(alias="marketplace_price_tier")]]
    marketplace_status: NotRequired[Annotated[Optional[str], Field(alias="marketplace_status")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]
    newest_version_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="newest_version_id")]]
    published_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="published_at")]]
    result_disclosure: NotRequired[Annotated[str, Field(alias="result_disclosure")]]
    slug: NotRequired[Annotated[str, Field(alias="slug")]]
    source_markdown: NotRequired[Annotated[Optional[str], Field(alias="source_markdown")]]
    source_type: NotRequired[Annotated[str, Field(alias="source_type")]]
    status: NotRequired[Annotated[str, Field(alias="status")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    version: NotRequired[Annotated[str, Field(alias="version")]]

class PublicEquivalenceDeclarations(BaseModel):
    assessment_id: uuid.UUID = Field(alias="assessment_id")
    created_at: datetime.datetime = Field(alias="created_at")
    dimension: str = Field(alias="dimension")
    from_hash: str = Field(alias="from_hash")
    id: uuid.UUID = Field(alias="id")
    note: str = Field(alias="note")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    to_hash: str = Field(alias="to_hash")

class PublicEquivalenceDeclarationsInsert(TypedDict):
    assessment_id: Annotated[uuid.UUID, Field(alias="assessment_id")]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    dimension: Annotated[str, Field(alias="dimension")]
    from_hash: Annotated[str, Field(alias="from_hash")]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    note: Annotated[str, Field(alias="note")]
    tenant_id: Annotated[uuid.UUID, Field(alias="tenant_id")]
    to_hash: Annotated[str, Field(alias="to_hash")]

class PublicEquivalenceDeclarationsUpdate(TypedDict):
    assessment_id: NotRequired[Annotated[uuid.UUID, Field(alias="assessment_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    dimension: NotRequired[Annotated[str, Field(alias="dimension")]]
    from_hash: NotRequired[Annotated[str, Field(alias="from_hash")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    note: NotRequired[Annotated[str, Field(alias="note")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    to_hash: NotRequired[Annotated[str, Field(alias="to_hash")]]

class PublicListingRequests(BaseModel):
    asked_at: datetime.datetime = Field(alias="asked_at")
    asks: int = Field(alias="asks")
    assessment_id: uuid.UUID = Field(alias="assessment_id")
    decided_at: Optional[datetime.datetime] = Field(alias="decided_at")
    definition: Optional[Definition] = Field(alias="definition")
    id: uuid.UUID = Field(alias="id")
    open: bool = Field(alias="open")
    price_tier: Optional[str] = Field(alias="price_tier")
    slug: str = Field(alias="slug")
    source_markdown: Optional[str] = Field(alias="source_markdown")
    tenant: str = Field(alias="tenant")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    version_id: uuid.UUID = Field(alias="version_id")

class PublicListingRequestsInsert(TypedDict):
    asked_at: NotRequired[Annotated[datetime.datetime, Field(alias="asked_at")]]
    asks: NotRequired[Annotated[int, Field(alias="asks")]]
    assessment_id: Annotated[uuid.UUID, Field(alias="assessment_id")]
    decided_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="decided_at")]]
    definition: NotRequired[Annotated[Optional[Definition], Field(alias="definition")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    open: Annotated[bool, Field(alias="open")]
    price_tier: NotRequired[Annotated[Optional[str], Field(alias="price_tier")]]
    slug: Annotated[str, Field(alias="slug")]
    source_markdown: NotRequired[Annotated[Optional[str], Field(alias="source_markdown")]]
    tenant: Annotated[str, Field(alias="tenant")]
    tenant_id: Annotated[uuid.UUID, Field(alias="tenant_id")]
    version_id: Annotated[uuid.UUID, Field(alias="version_id")]

class PublicListingRequestsUpdate(TypedDict):
    asked_at: NotRequired[Annotated[datetime.datetime, Field(alias="asked_at")]]
    asks: NotRequired[Annotated[int, Field(alias="asks")]]
    assessment_id: NotRequired[Annotated[uuid.UUID, Field(alias="assessment_id")]]
    decided_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="decided_at")]]
    definition: NotRequired[Annotated[Optional[Definition], Field(alias="definition")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    open: NotRequired[Annotated[bool, Field(alias="open")]]
    price_tier: NotRequired[Annotated[Optional[str], Field(alias="price_tier")]]
    slug: NotRequired[Annotated[str, Field(alias="slug")]]
    source_markdown: NotRequired[Annotated[Optional[str], Field(alias="source_markdown")]]
    tenant: NotRequired[Annotated[str, Field(alias="tenant")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    version_id: NotRequired[Annotated[uuid.UUID, Field(alias="version_id")]]

class PublicListingReviewNotes(BaseModel):
    note: Optional[str] = Field(alias="note")
    review_id: uuid.UUID = Field(alias="review_id")
    reviewed_by: Optional[uuid.UUID] = Field(alias="reviewed_by")

class PublicListingReviewNotesInsert(TypedDict):
    note: NotRequired[Annotated[Optional[str], Field(alias="note")]]
    review_id: Annotated[uuid.UUID, Field(alias="review_id")]
    reviewed_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="reviewed_by")]]

class PublicListingReviewNotesUpdate(TypedDict):
    note: NotRequired[Annotated[Optional[str], Field(alias="note")]]
    review_id: NotRequired[Annotated[uuid.UUID, Field(alias="review_id")]]
    reviewed_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="reviewed_by")]]

class PublicListingReviews(BaseModel):
    assessment_id: uuid.UUID = Field(alias="assessment_id")
    decided_at: datetime.datetime = Field(alias="decided_at")
    decision: str = Field(alias="decision")
    id: uuid.UUID = Field(alias="id")
    price_tier: Optional[str] = Field(alias="price_tier")
    reason: Optional[str] = Field(alias="reason")
    request_id: uuid.UUID = Field(alias="request_id")
    slug: str = Field(alias="slug")
    tenant: str = Field(alias="tenant")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    version_id: uuid.UUID = Field(alias="version_id")

class PublicListingReviewsInsert(TypedDict):
    assessment_id: Annotated[uuid.UUID, Field(alias="assessment_id")]
    decided_at: Annotated[datetime.datetime, Field(alias="decided_at")]
    decision: Annotated[str, Field(alias="decision")]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    price_tier: NotRequired[Annotated[Optional[str], Field(alias="price_tier")]]
    reason: NotRequired[Annotated[Optional[str], Field(alias="reason")]]
    request_id: Annotated[uuid.UUID, Field(alias="request_id")]
    slug: Annotated[str, Field(alias="slug")]
    tenant: Annotated[str, Field(alias="tenant")]
    tenant_id: Annotated[uuid.UUID, Field(alias="tenant_id")]
    version_id: Annotated[uuid.UUID, Field(alias="version_id")]

class PublicListingReviewsUpdate(TypedDict):
    assessment_id: NotRequired[Annotated[uuid.UUID, Field(alias="assessment_id")]]
    decided_at: NotRequired[Annotated[datetime.datetime, Field(alias="decided_at")]]
    decision: NotRequired[Annotated[str, Field(alias="decision")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    price_tier: NotRequired[Annotated[Optional[str], Field(alias="price_tier")]]
    reason: NotRequired[Annotated[Optional[str], Field(alias="reason")]]
    request_id: NotRequired[Annotated[uuid.UUID, Field(alias="request_id")]]
    slug: NotRequired[Annotated[str, Field(alias="slug")]]
    tenant: NotRequired[Annotated[str, Field(alias="tenant")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    version_id: NotRequired[Annotated[uuid.UUID, Field(alias="version_id")]]

class PublicResultReviews(BaseModel):
    coverage: Optional[float] = Field(alias="coverage")
    decision: str = Field(alias="decision")
    dimension_scores: Optional[Scores] = Field(alias="dimension_scores")
    id: uuid.UUID = Field(alias="id")
    margin: Optional[JsonValue] = Field(alias="margin")
    matched_category: Optional[str] = Field(alias="matched_category")
    matched_category_data: Optional[ResultCategory] = Field(alias="matched_category_data")
    number: int = Field(alias="number")
    overall_score: Optional[float] = Field(alias="overall_score")
    reason: Optional[str] = Field(alias="reason")
    result_id: uuid.UUID = Field(alias="result_id")
    reviewed_at: datetime.datetime = Field(alias="reviewed_at")
    reviewed_by: Optional[uuid.UUID] = Field(alias="reviewed_by")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    uncovered_dimensions: Optional[List[str]] = Field(alias="uncovered_dimensions")

class PublicResultReviewsInsert(TypedDict):
    coverage: NotRequired[Annotated[Optional[float], Field(alias="coverage")]]
    decision: Annotated[str, Field(alias="decision")]
    dimension_scores: NotRequired[Annotated[Optional[Scores], Field(alias="dimension_scores")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    margin: NotRequired[Annotated[Optional[JsonValue], Field(alias="margin")]]
    matched_category: NotRequired[Annotated[Optional[str], Field(alias="matched_category")]]
    matched_category_data: NotRequired[Annotated[Optional[ResultCategory], Field(alias="matched_category_data")]]
    number: Annotated[int, Field(alias="number")]
    overall_score: NotRequired[Annotated[Optional[float], Field(alias="overall_score")]]
    reason: NotRequired[Annotated[Optional[str], Field(alias="reason")]]
    result_id: Annotated[uuid.UUID, Field(alias="result_id")]
    reviewed_at: NotRequired[Annotated[datetime.datetime, Field(alias="reviewed_at")]]
    reviewed_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="reviewed_by")]]
    tenant_id: Annotated[uuid.UUID, Field(alias="tenant_id")]
    uncovered_dimensions: NotRequired[Annotated[Optional[List[str]], Field(alias="uncovered_dimensions")]]

class PublicResultReviewsUpdate(TypedDict):
    coverage: NotRequired[Annotated[Optional[float], Field(alias="coverage")]]
    decision: NotRequired[Annotated[str, Field(alias="decision")]]
    dimension_scores: NotRequired[Annotated[Optional[Scores], Field(alias="dimension_scores")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    margin: NotRequired[Annotated[Optional[JsonValue], Field(alias="margin")]]
    matched_category: NotRequired[Annotated[Optional[str], Field(alias="matched_category")]]
    matched_category_data: NotRequired[Annotated[Optional[ResultCategory], Field(alias="matched_category_data")]]
    number: NotRequired[Annotated[int, Field(alias="number")]]
    overall_score: NotRequired[Annotated[Optional[float], Field(alias="overall_score")]]
    reason: NotRequired[Annotated[Optional[str], Field(alias="reason")]]
    result_id: NotRequired[Annotated[uuid.UUID, Field(alias="result_id")]]
    reviewed_at: NotRequired[Annotated[datetime.datetime, Field(alias="reviewed_at")]]
    reviewed_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="reviewed_by")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    uncovered_dimensions: NotRequired[Annotated[Optional[List[str]], Field(alias="uncovered_dimensions")]]

class PublicScoreItems(BaseModel):
    band: Optional[str] = Field(alias="band")
    dimension: str = Field(alias="dimension")
    evidence: Optional[JsonValue] = Field(alias="evidence")
    place: int = Field(alias="place")
    prompt_sha256: Optional[str] = Field(alias="prompt_sha256")
    quote_statuses: List[str] = Field(alias="quote_statuses")
    rationale: Optional[str] = Field(alias="rationale")
    run_id: uuid.UUID = Field(alias="run_id")
    score: Optional[float] = Field(alias="score")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    unscored: Optional[str] = Field(alias="unscored")

class PublicScoreItemsInsert(TypedDict):
    band: NotRequired[Annotated[Optional[str], Field(alias="band")]]
    dimension: Annotated[str, Field(alias="dimension")]
    evidence: NotRequired[Annotated[Optional[JsonValue], Field(alias="evidence")]]
    place: Annotated[int, Field(alias="place")]
    prompt_sha256: NotRequired[Annotated[Optional[str], Field(alias="prompt_sha256")]]
    quote_statuses: NotRequired[Annotated[List[str], Field(alias="quote_statuses")]]
    rationale: NotRequired[Annotated[Optional[str], Field(alias="rationale")]]
    run_id: Annotated[uuid.UUID, Field(alias="run_id")]
    score: NotRequired[Annotated[Optional[float], Field(alias="score")]]
    tenant_id: Annotated[uuid.UUID, Field(alias="tenant_id")]
    unscored: NotRequired[Annotated[Optional[str], Field(alias="unscored")]]

class PublicScoreItemsUpdate(TypedDict):
    band: NotRequired[Annotated[Optional[str], Field(alias="band")]]
    dimension: NotRequired[Annotated[str, Field(alias="dimension")]]
    evidence: NotRequired[Annotated[Optional[JsonValue], Field(alias="evidence")]]
    place: NotRequired[Annotated[int, Field(alias="place")]]
    prompt_sha256: NotRequired[Annotated[Optional[str], Field(alias="prompt_sha256")]]
    quote_statuses: NotRequired[Annotated[List[str], Field(alias="quote_statuses")]]
    rationale: NotRequired[Annotated[Optional[str], Field(alias="rationale")]]
    run_id: NotRequired[Annotated[uuid.UUID, Field(alias="run_id")]]
    score: NotRequired[Annotated[Optional[float], Field(alias="score")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    unscored: NotRequired[Annotated[Optional[str], Field(alias="unscored")]]

class PublicScoreRuns(BaseModel):
    band_order: Optional[str] = Field(alias="band_order")
    created_at: datetime.datetime = Field(alias="created_at")
    finished_at: Optional[datetime.datetime] = Field(alias="finished_at")
    id: uuid.UUID = Field(alias="id")
    key: str = Field(alias="key")
    language: Optional[str] = Field(alias="language")
    parameters: Optional[JsonValue] = Field(alias="parameters")
    rater_kind: str = Field(alias="rater_kind")
    rater_name: str = Field(alias="rater_name")
    rater_version: Optional[str] = Field(alias="rater_version")
    result_id: uuid.UUID = Field(alias="result_id")
    started_at: Optional[datetime.datetime] = Field(alias="started_at")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    words_since: Optional[datetime.datetime] = Field(alias="words_since")

class PublicScoreRunsInsert(TypedDict):
    band_order: NotRequired[Annotated[Optional[str], Field(alias="band_order")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    finished_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="finished_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    key: Annotated[str, Field(alias="key")]
    language: NotRequired[Annotated[Optional[str], Field(alias="language")]]
    parameters: NotRequired[Annotated[Optional[JsonValue], Field(alias="parameters")]]
    rater_kind: Annotated[str, Field(alias="rater_kind")]
    rater_name: Annotated[str, Field(alias="rater_name")]
    rater_version: NotRequired[Annotated[Optional[str], Field(alias="rater_version")]]
    result_id: Annotated[uuid.UUID, Field(alias="result_id")]
    started_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="started_at")]]
    tenant_id: Annotated[uuid.UUID, Field(alias="tenant_id")]
    words_since: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="words_since")]]

class PublicScoreRunsUpdate(TypedDict):
    band_order: NotRequired[Annotated[Optional[str], Field(alias="band_order")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    finished_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="finished_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    key: NotRequired[Annotated[str, Field(alias="key")]]
    language: NotRequired[Annotated[Optional[str], Field(alias="language")]]
    parameters: NotRequired[Annotated[Optional[JsonValue], Field(alias="parameters")]]
    rater_kind: NotRequired[Annotated[str, Field(alias="rater_kind")]]
    rater_name: NotRequired[Annotated[str, Field(alias="rater_name")]]
    rater_version: NotRequired[Annotated[Optional[str], Field(alias="rater_version")]]
    result_id: NotRequired[Annotated[uuid.UUID, Field(alias="result_id")]]
    started_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="started_at")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    words_since: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="words_since")]]

class PublicTenantProfiles(BaseModel):
    created_at: datetime.datetime = Field(alias="created_at")
    display_name: str = Field(alias="display_name")
    id: uuid.UUID = Field(alias="id")
    is_active: bool = Field(alias="is_active")
    slug: str = Field(alias="slug")
    subscription_tier: str = Field(alias="subscription_tier")
    tenant_type: str = Field(alias="tenant_type")
    updated_at: datetime.datetime = Field(alias="updated_at")
    user_id: uuid.UUID = Field(alias="user_id")

class PublicTenantProfilesInsert(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    display_name: Annotated[str, Field(alias="display_name")]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    is_active: NotRequired[Annotated[bool, Field(alias="is_active")]]
    slug: Annotated[str, Field(alias="slug")]
    subscription_tier: NotRequired[Annotated[str, Field(alias="subscription_tier")]]
    tenant_type: NotRequired[Annotated[str, Field(alias="tenant_type")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: Annotated[uuid.UUID, Field(alias="user_id")]

class PublicTenantProfilesUpdate(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    display_name: NotRequired[Annotated[str, Field(alias="display_name")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    is_active: NotRequired[Annotated[bool, Field(alias="is_active")]]
    slug: NotRequired[Annotated[str, Field(alias="slug")]]
    subscription_tier: NotRequired[Annotated[str, Field(alias="subscription_tier")]]
    tenant_type: NotRequired[Annotated[str, Field(alias="tenant_type")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]

class PublicTenantSettings(BaseModel):
    notice: Optional[str] = Field(alias="notice")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    words_days: Optional[int] = Field(alias="words_days")

class PublicTenantSettingsInsert(TypedDict):
    notice: NotRequired[Annotated[Optional[str], Field(alias="notice")]]
    tenant_id: Annotated[uuid.UUID, Field(alias="tenant_id")]
    words_days: NotRequired[Annotated[Optional[int], Field(alias="words_days")]]

class PublicTenantSettingsUpdate(TypedDict):
    notice: NotRequired[Annotated[Optional[str], Field(alias="notice")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    words_days: NotRequired[Annotated[Optional[int], Field(alias="words_days")]]

class PublicEffectiveResults(BaseModel):
    ai_insights: Optional[JsonValue] = Field(alias="ai_insights")
    assessment_definition_snapshot: Definition = Field(alias="assessment_definition_snapshot")
    assessment_id: uuid.UUID = Field(alias="assessment_id")
    assessment_version: str = Field(alias="assessment_version")
    assessment_version_id: Optional[uuid.UUID] = Field(alias="assessment_version_id")
    campaign_created_by: Optional[uuid.UUID] = Field(alias="campaign_created_by")
    campaign_id: Optional[uuid.UUID] = Field(alias="campaign_id")
    completed_at: Optional[datetime.datetime] = Field(alias="completed_at")
    corrected: Optional[bool] = Field(alias="corrected")
    coverage: Optional[float] = Field(alias="coverage")
    created_at: datetime.datetime = Field(alias="created_at")
    dimension_scores: Optional[Scores] = Field(alias="dimension_scores")
    id: uuid.UUID = Field(alias="id")
    margin: Optional[JsonValue] = Field(alias="margin")
    matched_category: Optional[str] = Field(alias="matched_category")
    matched_category_data: Optional[ResultCategory] = Field(alias="matched_category_data")
    overall_score: Optional[float] = Field(alias="overall_score")
    provenance: str = Field(alias="provenance")
    result_disclosure: str = Field(alias="result_disclosure")
    session_id: uuid.UUID = Field(alias="session_id")
    session_type: str = Field(alias="session_type")
    spread: Optional[JsonValue] = Field(alias="spread")
    stability: Optional[JsonValue] = Field(alias="stability")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    transcript_source: Optional[str] = Field(alias="transcript_source")
    uncovered_dimensions: Optional[List[str]] = Field(alias="uncovered_dimensions")
    uncovered_reasons: Optional[JsonValue] = Field(alias="uncovered_reasons")
    version_assumed: bool = Field(alias="version_assumed")

class PublicJobQueue(BaseModel):
    age: Optional[str] = Field(alias="age")
    attempts: Optional[int] = Field(alias="attempts")
    created_at: datetime.datetime = Field(alias="created_at")
    finished_at: Optional[datetime.datetime] = Field(alias="finished_at")
    id: int = Field(alias="id")
    kind: str = Field(alias="kind")
    last_error: Optional[str] = Field(alias="last_error")
    lease_expires_at: Optional[datetime.datetime] = Field(alias="lease_expires_at")
    max_attempts: int = Field(alias="max_attempts")
    not_before: Optional[datetime.datetime] = Field(alias="not_before")
    rank: Optional[int] = Field(alias="rank")
    started_at: Optional[datetime.datetime] = Field(alias="started_at")
    state: str = Field(alias="state")
    subject_id: Optional[uuid.UUID] = Field(alias="subject_id")
    tenant_id: Optional[uuid.UUID] = Field(alias="tenant_id")
    worker: Optional[str] = Field(alias="worker")

class PublicMarketplaceListings(BaseModel):
    description: Optional[str] = Field(alias="description")
    dimension_names: List[str] = Field(alias="dimension_names")
    id: uuid.UUID = Field(alias="id")
    listed_at: datetime.datetime = Field(alias="listed_at")
    name: str = Field(alias="name")
    price_tier: Optional[str] = Field(alias="price_tier")
    slug: str = Field(alias="slug")
    tenant: str = Field(alias="tenant")
    type: str = Field(alias="type")
    version: str = Field(alias="version")
    version_id: uuid.UUID = Field(alias="version_id")

class PublicSessionVersions(BaseModel):
    assessment_id: Optional[uuid.UUID] = Field(alias="assessment_id")
    begun_at: Optional[datetime.datetime] = Field(alias="begun_at")
    campaign_id: Optional[uuid.UUID] = Field(alias="campaign_id")
    newer_version_id: Optional[uuid.UUID] = Field(alias="newer_version_id")
    session_id: Optional[uuid.UUID] = Field(alias="session_id")
    session_type: Optional[str] = Field(alias="session_type")
    tenant_id: Optional[uuid.UUID] = Field(alias="tenant_id")
    version: Optional[str] = Field(alias="version")
    version_id: Optional[uuid.UUID] = Field(alias="version_id")
