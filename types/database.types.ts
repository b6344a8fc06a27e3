export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

export type Metadata = {
  name?: string;
  version?: string;
  type?: "single-outcome" | "multi-dimensional" | "comparative";
  author?: string;
  description?: string;
  language?: string;
  interviewStyle?: InterviewStyle;
  resultDisclosure?: "full" | "teaser" | "none";
  scale?: [number, number];
  evidence?: "required" | "preferred" | "off";
  minCoverage?: number;
};

export type FilledMetadata = {
  name?: string;
  version: string;
  type: "single-outcome" | "multi-dimensional" | "comparative";
  author?: string;
  description?: string;
  language?: string;
  interviewStyle: FilledInterviewStyle;
  resultDisclosure: "full" | "teaser" | "none";
  scale: [number, number];
  evidence: "required" | "preferred" | "off";
  minCoverage?: number;
};

export type InterviewStyle = { default?: number; allowOverride?: boolean };

export type FilledInterviewStyle = { default: number; allowOverride: boolean };

export type InterviewGuidelines = {
  opening?: string;
  probingQuestions?: { [key: string]: string[] };
  closing?: string;
};

export type FilledInterviewGuidelines = {
  opening?: string;
  probingQuestions: { [key: string]: string[] };
  closing?: string;
};

export type Dimension = {
  id?: string;
  name: string;
  weight: number;
  description: string;
  interviewThemes?: string[];
  scoringRubric?: { [key: string]: string };
};

export type FilledDimension = {
  id: string;
  name: string;
  weight: number;
  description: string;
  interviewThemes: string[];
  scoringRubric: { [key: string]: string };
};

export type ResultCategory = {
  name: string;
  scoreRange?: [number, number];
  primaryDimensions?: string[];
  description?: string;
  strengths?: string[];
  growthAreas?: string[];
  recommendations?: string[];
};

export type FilledResultCategory = {
  name: string;
  scoreRange?: [number, number];
  primaryDimensions: string[];
  description?: string;
  strengths: string[];
  growthAreas: string[];
  recommendations: string[];
};

export type Example = {
  name?: string;
  scores?: { [key: string]: number };
  overall?: number;
  category?: string;
};

export type FilledExample = {
  name?: string;
  scores?: { [key: string]: number };
  overall?: number;
  category?: string;
};

export type Definition = {
  metadata?: Metadata;
  dimensions: Dimension[];
  resultCategories: ResultCategory[];
  interviewGuidelines?: InterviewGuidelines;
  examples?: Example[];
};

export type FilledDefinition = {
  metadata: FilledMetadata;
  dimensions: FilledDimension[];
  resultCategories: FilledResultCategory[];
  interviewGuidelines: FilledInterviewGuidelines;
  examples: FilledExample[];
};

export type InterviewDefinition = {
  metadata: FilledMetadata;
  dimensions: FilledDimension[];
  resultCategories: FilledResultCategory[];
  interviewGuidelines: FilledInterviewGuidelines;
};

export type Fix = { title: string; safe: boolean; edits: TextEdit[] };

export type TextEdit = { line: number; column: number; end_line: number; end_column: number; text: string };

export type Diagnostic = {
  severity: "error" | "warning";
  code: string;
  line: number;
  column: number;
  end_line: number;
  end_column: number;
  section: string;
  message: string;
  hint: string;
  args: { [key: string]: string | number };
  fix?: Fix;
  path?: string;
};

export type Scores = { [key: string]: number };

export type Hashes = { [key: string]: string };

export type DefinitionFault = { path: string; reason: string; expected: string };

export type InterviewProgress = {
  turns: number;
  last_turn: number | null;
  dimensions: string[] | null;
  words_expired: boolean;
};

export type InterviewContext = {
  assessment_id: string;
  version_id: string;
  version: string;
  definition_sha256: string;
  begun: boolean;
  progress: InterviewProgress;
  interview_style: number;
  definition: InterviewDefinition;
};

export type ScoringSchemaKeys = {
  evidence: { [key: string]: Json };
  rationale: { [key: string]: Json };
  band: { [key: string]: Json };
  score: { [key: string]: Json };
};

export type ScoringSchema = {
  type: "object";
  description: string;
  properties: ScoringSchemaKeys;
  required: string[];
  additionalProperties: boolean;
};

export type VersionName = { id: string; version: string };

export type Change = {
  rule: string;
  class: "presentation" | "instrument" | "scoring" | "structure";
  sentence: string;
  item: string | null;
  part: string | null;
  old: Json;
  new: Json;
};

export type ComparedDimension = { id: string; compares: "same" | "declared" | "no"; note: string | null };

export type Restated = { considered: number; restated: number; differ: number };

export type Difference = { field: string; stored: Json; computed: Json };

export type FullResult = {
  complete: true;
  disclosure: "full";
  corrected: boolean;
  completed_at: string;
  scale: [number, number];
  overall_score: number | null;
  dimension_scores: Scores;
  uncovered_dimensions: string[];
  category: ResultCategory | null;
  insights: Json;
};

export type TeaserCategory = { name: string; description: string | null };

export type TeaserResult = {
  complete: true;
  disclosure: "teaser";
  corrected: boolean;
  category: TeaserCategory | null;
};

export type OtherResult = { complete: boolean };

export type ExplainedQuote = { turn: number; start: number; quote: string };

export type ExplainedDimension = {
  dimension: string;
  score: number;
  weight: number;
  contribution: number | null;
  band: string | null;
  band_text: string | null;
  spread: number | null;
  quotes: ExplainedQuote[];
};

export type ExplainedRater = { kind: "model" | "human"; name: string; version: string | null; runs: number };

export type UnscoredDimension = { dimension: string; reason: string | null };

export type Stability = { runs: number; same: number };

export type Margin = { overall: number | null; to: string | null; lead: number | null; over: string | null };

export type Correction = { decision: "confirmed" | "corrected" | "withdrawn"; at: string };

export type Explanation = {
  complete: true;
  machine: string;
  provenance: "unsupported" | "runs";
  raters: ExplainedRater[];
  scale: [number, number];
  overall_score: number | null;
  category: string | null;
  second_category: string | null;
  coverage: number | null;
  stability: Stability | null;
  margin: Margin | null;
  dimensions: ExplainedDimension[];
  unscored: UnscoredDimension[];
  words_expired: boolean;
  corrections: Correction[];
};

export type QueueOfKind = {
  queued: number;
  waiting: number;
  running: number;
  expired_leases: number;
  failed_last_hour: number;
  rejected_last_hour: number;
  oldest_queued_seconds: number | null;
};

export type Notice = {
  machine: string;
  kept: string;
  readers: string;
  shown: string;
  contact: string;
  tenant: string | null;
  words_days: number;
};

export type Welcome = {
  state: "open" | "in_progress" | "scoring" | "complete" | "cancelled" | "withdrawn";
  tenant: string;
  name: string;
  description: string | null;
  opening: string | null;
  disclosure: "full" | "teaser" | "none";
  expires_at: string | null;
  notice: Notice;
};

export type Unavailable = { state: "unavailable" };

export type KeptTurn = {
  turn: number;
  speaker: "respondent" | "interviewer" | "other" | "unknown";
  first_speaker: "respondent" | "interviewer" | "other" | "unknown";
  text: string;
  at: string | null;
  dimensions: string[] | null;
  received_at: string;
};

export type Transcript = { words_expired: boolean; last_received_at: string; turns: KeptTurn[] };

export type CheckedQuote = {
  status: "verified" | "repaired" | "interviewer" | "other" | "short" | "unverified";
  quote: string;
  moved?: true;
  turn?: number;
  start?: number;
  end?: number;
};

export type CampaignName = { id: string; name: string };

export type Pin = {
  assessment_id: string;
  version_id: string | null;
  version: string | null;
  begun_at: string | null;
  asked_at: string | null;
};

export type HeldOfSession = {
  tenant_id: string;
  erased_at: string | null;
  session: { [key: string]: Json } | null;
  campaign: CampaignName | null;
  agent_sessions: { [key: string]: Json }[];
  pin: Pin | null;
  transcript: Transcript | null;
  kept_runs: { [key: string]: Json }[] | null;
  submitted: { [key: string]: Json } | null;
  runs: { [key: string]: Json }[] | null;
  result: { [key: string]: Json } | null;
  reviews: { [key: string]: Json }[];
};

export type SettledJobs = { outcome: string; error: string | null; jobs: number[] };

export type PinnedVersion = { version_id: string; version: string; definition_sha256: string };

export type BackfillVersionsAnswer = { examined: number; left_over: number; finished: boolean };

export type CheckDefinitionAnswer = {
  valid: boolean;
  faults: DefinitionFault[];
  definition: FilledDefinition | null;
};

export type CheckEvidenceAnswer = CheckedQuote[];

export type CompleteAssessmentSessionAnswer = {
  queued: boolean;
  status: "queued" | "processing" | "succeeded";
  job?: number;
  result_id?: string;
  differs?: boolean;
};

export type CorrectTurnAnswer = {
  turn: number;
  speaker: "respondent" | "interviewer" | "other" | "unknown";
  first_speaker: "respondent" | "interviewer" | "other" | "unknown";
};

export type CopyAssessmentAnswer = {
  id: string;
  name: string;
  slug: string;
  version: string;
  status: string;
  derived_from: string | null;
};

export type CreateTenantAnswer = { id: string; slug: string; display_name: string };

export type DeclareEquivalentAnswer = {
  id: string;
  assessment_id: string;
  tenant_id: string;
  dimension: string;
  from_hash: string;
  to_hash: string;
  note: string;
  created_at: string;
};

export type EraseAccountAnswer = {
  tenants: number;
  results: number;
  reviews: number;
  score_requests: number;
  turns: number;
  runs: number;
  uploads: number;
  jobs: number;
  assessments: number;
  assessments_handed_over: number;
  campaigns: number;
  campaigns_left: number;
  campaign_assignments: number;
  campaign_assignments_left: number;
  coaching_sessions: number;
  coaching_sessions_left: number;
  agent_sessions: number;
  agent_sessions_left: number;
  accounts: number;
  rows_given_to_tenants: number;
};

export type EraseSessionAnswer = {
  results: number;
  reviews: number;
  score_requests: number;
  jobs: number;
  pins: number;
  turns: number;
  runs: number;
  agent_sessions: number;
  coaching_sessions: number;
  campaign_assignments: number;
  columns_left: number;
};

export type EraseTenantAnswer = {
  tenants: number;
  results: number;
  reviews: number;
  score_requests: number;
  turns: number;
  runs: number;
  uploads: number;
  jobs: number;
  assessments: number;
  assessments_handed_over: number;
  campaigns: number;
  campaigns_left: number;
  campaign_assignments: number;
  campaign_assignments_left: number;
  coaching_sessions: number;
  coaching_sessions_left: number;
  agent_sessions: number;
  agent_sessions_left: number;
};

export type ExchangeJobsAnswer = {
  settled: SettledJobs[];
  jobs: { [key: string]: Json }[];
  next_in_ms: number | null;
};

export type ExplanationAnswer = Explanation;

export type InterviewContextAnswer = InterviewContext | null;

export type PreviewContextAnswer = {
  assessment_id: string | null;
  version: string;
  interview_style: number;
  definition: InterviewDefinition;
};

export type QueueStatusAnswer = { [key: string]: QueueOfKind };

export type RepinCampaignAnswer = PinnedVersion;

export type RepinSessionAnswer = PinnedVersion;

export type ReviewListingAnswer = {
  review_id: string | null;
  changed: boolean;
  assessment_id: string;
  marketplace_status: string;
  listed_version_id: string | null;
};

export type ReviewResultAnswer = {
  changed: boolean;
  review_id: string;
  number: number;
  decision: "confirmed" | "corrected" | "withdrawn";
  overall_score: number | null;
  matched_category: string | null;
};

export type RotateSessionLinkAnswer = { access_token: string };

export type SaveRunAnswer = { saved: boolean; key: string; runs: number };

export type SaveProgressAnswer = { saved: number; turns: number; last_turn: number | null };

export type SessionExplanationAnswer = Explanation | OtherResult;

export type ScoringSchemaAnswer = ScoringSchema;

export type SessionResultAnswer = FullResult | TeaserResult | OtherResult;

export type SessionStatusAnswer = Welcome | Unavailable;

export type SubjectExportAnswer = {
  session_id: string;
  session_type: string;
  exported_at: string;
  held: HeldOfSession[];
};

export type VerifyResultAnswer = { equal: boolean; differences: Difference[] };

export type VersionChangesAnswer = {
  from: VersionName;
  class: "presentation" | "instrument" | "scoring" | "structure" | null;
  to: VersionName;
  least_version: string | null;
  changes: Change[];
  dimensions: ComparedDimension[];
  results: Restated;
};

export type WithdrawSessionAnswer = {
  state: "open" | "in_progress" | "scoring" | "complete" | "cancelled" | "withdrawn" | "unavailable";
};

export type Database = {
  public: {
    Tables: {
      agent_sessions: {
        Row: {
          agent_type: string;
          coaching_session_id: string | null;
          created_at: string;
          custom_assessment_id: string | null;
          id: string;
          session_context: NonNullable<Json>;
          stakeholder_session_id: string | null;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          agent_type?: string;
          coaching_session_id?: string | null;
          created_at?: string;
          custom_assessment_id?: string | null;
          id?: string;
          session_context?: NonNullable<Json>;
          stakeholder_session_id?: string | null;
          updated_at?: string;
        };
        Update: {
          agent_type?: string;
          coaching_session_id?: string | null;
          created_at?: string;
          custom_assessment_id?: string | null;
          id?: string;
          session_context?: NonNullable<Json>;
          stakeholder_session_id?: string | null;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "agent_sessions_coaching_session_id_fkey";
            columns: ["coaching_session_id"];
            isOneToOne: false;
            referencedRelation: "coaching_sessions";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "agent_sessions_custom_assessment_id_fkey";
            columns: ["custom_assessment_id"];
            isOneToOne: false;
            referencedRelation: "custom_assessments";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "agent_sessions_stakeholder_session_id_fkey";
            columns: ["stakeholder_session_id"];
            isOneToOne: false;
            referencedRelation: "campaign_assignments";
            referencedColumns: ["id"];
          },
        ];
      };
      assessment_uploads: {
        Row: {
          assessment_id: string | null;
          attempts: number;
          created_at: string;
          created_by: string | null;
          definition: FilledDefinition | null;
          diagnostics: Diagnostic[];
          dry_run: boolean;
          finished_at: string | null;
          id: string;
          source_definition: Json | null;
          source_markdown: string | null;
          started_at: string | null;
          status: string;
          tenant_id: string;
        };
        ComputedFields: never;
        Insert: {
          assessment_id?: string | null;
          attempts?: number;
          created_at?: string;
          created_by?: string | null;
          definition?: Definition | null;
          diagnostics?: Diagnostic[];
          dry_run?: boolean;
          finished_at?: string | null;
          id?: string;
          source_definition?: Json | null;
          source_markdown?: string | null;
          started_at?: string | null;
          status?: string;
          tenant_id: string;
        };
        Update: {
          assessment_id?: string | null;
          attempts?: number;
          created_at?: string;
          created_by?: string | null;
          definition?: Definition | null;
          diagnostics?: Diagnostic[];
          dry_run?: boolean;
          finished_at?: string | null;
          id?: string;
          source_definition?: Json | null;
          source_markdown?: string | null;
          started_at?: string | null;
          status?: string;
          tenant_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "assessment_uploads_assessment_id_fkey";
            columns: ["assessment_id"];
            isOneToOne: false;
            referencedRelation: "custom_assessments";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "assessment_uploads_tenant_id_fkey";
            columns: ["tenant_id"];
            isOneToOne: false;
            referencedRelation: "tenant_profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      assessment_versions: {
        Row: {
          assessment_id: string;
          assessment_type: string;
          change_class: string | null;
          created_at: string;
          created_by: string | null;
          definition: Definition;
          definition_sha256: string;
          description: string | null;
          dimension_hashes: Hashes;
          id: string;
          interview_style_allow_override: boolean;
          interview_style_default: number;
          name: string;
          result_disclosure: string;
          revision: number;
          scoring_sha256: string;
          source_markdown: string | null;
          tenant_id: string;
          version: string;
        };
        ComputedFields: never;
        Insert: {
          assessment_id: string;
          assessment_type: string;
          change_class?: string | null;
          created_at?: string;
          created_by?: string | null;
          definition: Definition;
          definition_sha256: string;
          description?: string | null;
          dimension_hashes: Hashes;
          id?: string;
          interview_style_allow_override: boolean;
          interview_style_default: number;
          name: string;
          result_disclosure: string;
          revision?: number;
          scoring_sha256: string;
          source_markdown?: string | null;
          tenant_id: string;
          version: string;
        };
        Update: {
          assessment_id?: string;
          assessment_type?: string;
          change_class?: string | null;
          created_at?: string;
          created_by?: string | null;
          definition?: Definition;
          definition_sha256?: string;
          description?: string | null;
          dimension_hashes?: Hashes;
          id?: string;
          interview_style_allow_override?: boolean;
          interview_style_default?: number;
          name?: string;
          result_disclosure?: string;
          revision?: number;
          scoring_sha256?: string;
          source_markdown?: string | null;
          tenant_id?: string;
          version?: string;
        };
        Relationships: [
          {
            foreignKeyName: "assessment_versions_assessment_id_fkey";
            columns: ["assessment_id"];
            isOneToOne: false;
            referencedRelation: "custom_assessments";
            referencedColumns: ["id"];
          },
        ];
      };
      campaign_assignments: {
        Row: {
          access_expires_at: string | null;
          access_token: string;
          campaign_id: string;
          completed_at: string | null;
          created_at: string;
          id: string;
          stakeholder_email: string | null;
          stakeholder_name: string | null;
          started_at: string | null;
          status: string;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          access_expires_at?: string | null;
          access_token?: string;
          campaign_id: string;
          completed_at?: string | null;
          created_at?: string;
          id?: string;
          stakeholder_email?: string | null;
          stakeholder_name?: string | null;
          started_at?: string | null;
          status?: string;
          updated_at?: string;
        };
        Update: {
          access_expires_at?: string | null;
          access_token?: string;
          campaign_id?: string;
          completed_at?: string | null;
          created_at?: string;
          id?: string;
          stakeholder_email?: string | null;
          stakeholder_name?: string | null;
          started_at?: string | null;
          status?: string;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "campaign_assignments_campaign_id_fkey";
            columns: ["campaign_id"];
            isOneToOne: false;
            referencedRelation: "campaigns";
            referencedColumns: ["id"];
          },
        ];
      };
      campaigns: {
        Row: {
          assessment_type: string;
          created_at: string;
          created_by: string | null;
          custom_assessment_id: string | null;
          id: string;
          interview_style_override: number | null;
          name: string;
          status: string;
          tenant_id: string | null;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          assessment_type?: string;
          created_at?: string;
          created_by?: string | null;
          custom_assessment_id?: string | null;
          id?: string;
          interview_style_override?: number | null;
          name: string;
          status?: string;
          tenant_id?: string | null;
          updated_at?: string;
        };
        Update: {
          assessment_type?: string;
          created_at?: string;
          created_by?: string | null;
          custom_assessment_id?: string | null;
          id?: string;
          interview_style_override?: number | null;
          name?: string;
          status?: string;
          tenant_id?: string | null;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "campaigns_custom_assessment_id_fkey";
            columns: ["custom_assessment_id"];
            isOneToOne: false;
            referencedRelation: "custom_assessments";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "campaigns_tenant_id_fkey";
            columns: ["tenant_id"];
            isOneToOne: false;
            referencedRelation: "tenant_profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      coaching_sessions: {
        Row: {
          access_expires_at: string | null;
          access_token: string;
          assessment_type: string | null;
          client_email: string | null;
          client_name: string | null;
          client_status: string;
          completed_at: string | null;
          created_at: string;
          custom_assessment_id: string | null;
          id: string;
          interview_style_override: number | null;
          metadata: NonNullable<Json>;
          tenant_id: string;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          access_expires_at?: string | null;
          access_token?: string;
          assessment_type?: string | null;
          client_email?: string | null;
          client_name?: string | null;
          client_status?: string;
          completed_at?: string | null;
          created_at?: string;
          custom_assessment_id?: string | null;
          id?: string;
          interview_style_override?: number | null;
          metadata?: NonNullable<Json>;
          tenant_id: string;
          updated_at?: string;
        };
        Update: {
          access_expires_at?: string | null;
          access_token?: string;
          assessment_type?: string | null;
          client_email?: string | null;
          client_name?: string | null;
          client_status?: string;
          completed_at?: string | null;
          created_at?: string;
          custom_assessment_id?: string | null;
          id?: string;
          interview_style_override?: number | null;
          metadata?: NonNullable<Json>;
          tenant_id?: string;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "coaching_sessions_custom_assessment_id_fkey";
            columns: ["custom_assessment_id"];
            isOneToOne: false;
            referencedRelation: "custom_assessments";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "coaching_sessions_tenant_id_fkey";
            columns: ["tenant_id"];
            isOneToOne: false;
            referencedRelation: "tenant_profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      custom_assessment_results: {
        Row: {
          ai_insights: Json | null;
          assessment_definition_snapshot: Definition;
          assessment_id: string;
          assessment_version: string;
          assessment_version_id: string | null;
          campaign_created_by: string | null;
          campaign_id: string | null;
          completed_at: string | null;
          coverage: number | null;
          created_at: string;
          dimension_scores: Scores;
          id: string;
          margin: Json | null;
          matched_category: string | null;
          matched_category_data: ResultCategory | null;
          overall_score: number | null;
          provenance: string;
          result_disclosure: string;
          session_id: string;
          session_type: string;
          spread: Json | null;
          stability: Json | null;
          tenant_id: string;
          transcript_source: string | null;
          uncovered_dimensions: string[];
          uncovered_reasons: Json | null;
          version_assumed: boolean;
        };
        ComputedFields: never;
        Insert: {
          ai_insights?: Json | null;
          assessment_definition_snapshot: Definition;
          assessment_id: string;
          assessment_version: string;
          assessment_version_id?: string | null;
          campaign_created_by?: string | null;
          campaign_id?: string | null;
          completed_at?: string | null;
          coverage?: number | null;
          created_at?: string;
          dimension_scores: Scores;
          id?: string;
          margin?: Json | null;
          matched_category?: string | null;
          matched_category_data?: ResultCategory | null;
          overall_score?: number | null;
          provenance?: string;
          result_disclosure: string;
          session_id: string;
          session_type: string;
          spread?: Json | null;
          stability?: Json | null;
          tenant_id: string;
          transcript_source?: string | null;
          uncovered_dimensions?: string[];
          uncovered_reasons?: Json | null;
          version_assumed?: boolean;
        };
        Update: {
          ai_insights?: Json | null;
          assessment_definition_snapshot?: Definition;
          assessment_id?: string;
          assessment_version?: string;
          assessment_version_id?: string | null;
          campaign_created_by?: string | null;
          campaign_id?: string | null;
          completed_at?: string | null;
          coverage?: number | null;
          created_at?: string;
          dimension_scores?: Scores;
          id?: string;
          margin?: Json | null;
          matched_category?: string | null;
          matched_category_data?: ResultCategory | null;
          overall_score?: number | null;
          provenance?: string;
          result_disclosure?: string;
          session_id?: string;
          session_type?: string;
          spread?: Json | null;
          stability?: Json | null;
          tenant_id?: string;
          transcript_source?: string | null;
          uncovered_dimensions?: string[];
          uncovered_reasons?: Json | null;
          version_assumed?: boolean;
        };
        Relationships: [
          {
            foreignKeyName: "custom_assessment_results_assessment_id_fkey";
            columns: ["assessment_id"];
            isOneToOne: false;
            referencedRelation: "custom_assessments";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "custom_assessment_results_tenant_id_fkey";
            columns: ["tenant_id"];
            isOneToOne: false;
            referencedRelation: "tenant_profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      custom_assessments: {
        Row: {
          assessment_type: string;
          content_changed_at: string;
          created_at: string;
          created_by: string;
          definition: Definition;
          derived_from: string | null;
          description: string | null;
          id: string;
          interview_style_allow_override: boolean;
          interview_style_default: number;
          is_template: boolean;
          listed_at: string | null;
          listed_version_id: string | null;
          marketplace_price_tier: string | null;
          marketplace_status: string | null;
          name: string;
          newest_version_id: string | null;
          published_at: string | null;
          result_disclosure: string;
          slug: string;
          source_markdown: string | null;
          source_type: string;
          status: string;
          tenant_id: string;
          updated_at: string;
          version: string;
        };
        ComputedFields: never;
        Insert: {
          assessment_type?: string;
          content_changed_at?: string;
          created_at?: string;
          created_by?: string;
          definition: Definition;
          derived_from?: string | null;
          description?: string | null;
          id?: string;
          interview_style_allow_override?: boolean;
          interview_style_default?: number;
          is_template?: boolean;
          listed_at?: string | null;
          listed_version_id?: string | null;
          marketplace_price_tier?: string | null;
          marketplace_status?: string | null;
          name: string;
          newest_version_id?: string | null;
          published_at?: string | null;
          result_disclosure?: string;
          slug?: string;
          source_markdown?: string | null;
          source_type?: string;
          status?: string;
          tenant_id: string;
          updated_at?: string;
          version?: string;
        };
        Update: {
          assessment_type?: string;
          content_changed_at?: string;
          created_at?: string;
          created_by?: string;
          definition?: Definition;
          derived_from?: string | null;
          description?: string | null;
          id?: string;
          interview_style_allow_override?: boolean;
          interview_style_default?: number;
          is_template?: boolean;
          listed_at?: string | null;
          listed_version_id?: string | null;
          marketplace_price_tier?: string | null;
          marketplace_status?: string | null;
          name?: string;
          newest_version_id?: string | null;
          published_at?: string | null;
          result_disclosure?: string;
          slug?: string;
          source_markdown?: string | null;
          source_type?: string;
          status?: string;
          tenant_id?: string;
          updated_at?: string;
          version?: string;
        };
        Relationships: [
          {
            foreignKeyName: "custom_assessments_tenant_id_fkey";
            columns: ["tenant_id"];
            isOneToOne: false;
            referencedRelation: "tenant_profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      equivalence_declarations: {
        Row: {
          assessment_id: string;
          created_at: string;
          dimension: string;
          from_hash: string;
          id: string;
          note: string;
          tenant_id: string;
          to_hash: string;
        };
        ComputedFields: never;
        Insert: {
          assessment_id: string;
          created_at?: string;
          dimension: string;
          from_hash: string;
          id?: string;
          note: string;
          tenant_id: string;
          to_hash: string;
        };
        Update: {
          assessment_id?: string;
          created_at?: string;
          dimension?: string;
          from_hash?: string;
          id?: string;
          note?: string;
          tenant_id?: string;
          to_hash?: string;
        };
        Relationships: [
          {
            foreignKeyName: "equivalence_declarations_assessment_id_fkey";
            columns: ["assessment_id"];
            isOneToOne: false;
            referencedRelation: "custom_assessments";
            referencedColumns: ["id"];
          },
        ];
      };
      listing_requests: {
        Row: {
          asked_at: string;
          asks: number;
          assessment_id: string;
          decided_at: string | null;
          definition: Definition | null;
          id: string;
          open: boolean;
          price_tier: string | null;
          slug: string;
          source_markdown: string | null;
          tenant: string;
          tenant_id: string;
          version_id: string;
        };
        ComputedFields: never;
        Insert: {
          asked_at?: string;
          asks?: number;
          assessment_id: string;
          decided_at?: string | null;
          definition?: Definition | null;
          id?: string;
          open: boolean;
          price_tier?: string | null;
          slug: string;
          source_markdown?: string | null;
          tenant: string;
          tenant_id: string;
          version_id: string;
        };
        Update: {
          asked_at?: string;
          asks?: number;
          assessment_id?: string;
          decided_at?: string | null;
          definition?: Definition | null;
          id?: string;
          open?: boolean;
          price_tier?: string | null;
          slug?: string;
          source_markdown?: string | null;
          tenant?: string;
          tenant_id?: string;
          version_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "listing_requests_version_id_fkey";
            columns: ["version_id"];
            isOneToOne: true;
            referencedRelation: "assessment_versions";
            referencedColumns: ["id"];
          },
        ];
      };
      listing_review_notes: {
        Row: {
          note: string | null;
          review_id: string;
          reviewed_by: string | null;
        };
        ComputedFields: never;
        Insert: {
          note?: string | null;
          review_id: string;
          reviewed_by?: string | null;
        };
        Update: {
          note?: string | null;
          review_id?: string;
          reviewed_by?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "listing_review_notes_review_id_fkey";
            columns: ["review_id"];
            isOneToOne: true;
            referencedRelation: "listing_reviews";
            referencedColumns: ["id"];
          },
        ];
      };
      listing_reviews: {
        Row: {
          assessment_id: string;
          decided_at: string;
          decision: string;
          id: string;
          price_tier: string | null;
          reason: string | null;
          request_id: string;
          slug: string;
          tenant: string;
          tenant_id: string;
          version_id: string;
        };
        ComputedFields: never;
        Insert: {
          assessment_id: string;
          decided_at: string;
          decision: string;
          id?: string;
          price_tier?: string | null;
          reason?: string | null;
          request_id: string;
          slug: string;
          tenant: string;
          tenant_id: string;
          version_id: string;
        };
        Update: {
          assessment_id?: string;
          decided_at?: string;
          decision?: string;
          id?: string;
          price_tier?: string | null;
          reason?: string | null;
          request_id?: string;
          slug?: string;
          tenant?: string;
          tenant_id?: string;
          version_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "listing_reviews_version_id_fkey";
            columns: ["version_id"];
            isOneToOne: false;
            referencedRelation: "assessment_versions";
            referencedColumns: ["id"];
          },
        ];
      };
      result_reviews: {
        Row: {
          coverage: number | null;
          decision: string;
          dimension_scores: Scores | null;
          id: string;
          margin: Json | null;
          matched_category: string | null;
          matched_category_data: ResultCategory | null;
          number: number;
          overall_score: number | null;
          reason: string | null;
          result_id: string;
          reviewed_at: string;
          reviewed_by: string | null;
          tenant_id: string;
          uncovered_dimensions: string[] | null;
        };
        ComputedFields: never;
        Insert: {
          coverage?: number | null;
          decision: string;
          dimension_scores?: Scores | null;
          id?: string;
          margin?: Json | null;
          matched_category?: string | null;
          matched_category_data?: ResultCategory | null;
          number: number;
          overall_score?: number | null;
          reason?: string | null;
          result_id: string;
          reviewed_at?: string;
          reviewed_by?: string | null;
          tenant_id: string;
          uncovered_dimensions?: string[] | null;
        };
        Update: {
          coverage?: number | null;
          decision?: string;
          dimension_scores?: Scores | null;
          id?: string;
          margin?: Json | null;
          matched_category?: string | null;
          matched_category_data?: ResultCategory | null;
          number?: number;
          overall_score?: number | null;
          reason?: string | null;
          result_id?: string;
          reviewed_at?: string;
          reviewed_by?: string | null;
          tenant_id?: string;
          uncovered_dimensions?: string[] | null;
        };
        Relationships: [
          {
            foreignKeyName: "result_reviews_result_id_fkey";
            columns: ["result_id"];
            isOneToOne: false;
            referencedRelation: "custom_assessment_results";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "result_reviews_result_id_fkey";
            columns: ["result_id"];
            isOneToOne: false;
            referencedRelation: "effective_results";
            referencedColumns: ["id"];
          },
        ];
      };
      score_items: {
        Row: {
          band: string | null;
          dimension: string;
          evidence: Json | null;
          place: number;
          prompt_sha256: string | null;
          quote_statuses: string[];
          rationale: string | null;
          run_id: string;
          score: number | null;
          tenant_id: string;
          unscored: string | null;
        };
        ComputedFields: never;
        Insert: {
          band?: string | null;
          dimension: string;
          evidence?: Json | null;
          place: number;
          prompt_sha256?: string | null;
          quote_statuses?: string[];
          rationale?: string | null;
          run_id: string;
          score?: number | null;
          tenant_id: string;
          unscored?: string | null;
        };
        Update: {
          band?: string | null;
          dimension?: string;
          evidence?: Json | null;
          place?: number;
          prompt_sha256?: string | null;
          quote_statuses?: string[];
          rationale?: string | null;
          run_id?: string;
          score?: number | null;
          tenant_id?: string;
          unscored?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "score_items_run_id_fkey";
            columns: ["run_id"];
            isOneToOne: false;
            referencedRelation: "score_runs";
            referencedColumns: ["id"];
          },
        ];
      };
      score_runs: {
        Row: {
          band_order: string | null;
          created_at: string;
          finished_at: string | null;
          id: string;
          key: string;
          language: string | null;
          parameters: Json | null;
          rater_kind: string;
          rater_name: string;
          rater_version: string | null;
          result_id: string;
          started_at: string | null;
          tenant_id: string;
          words_since: string | null;
        };
        ComputedFields: never;
        Insert: {
          band_order?: string | null;
          created_at?: string;
          finished_at?: string | null;
          id?: string;
          key: string;
          language?: string | null;
          parameters?: Json | null;
          rater_kind: string;
          rater_name: string;
          rater_version?: string | null;
          result_id: string;
          started_at?: string | null;
          tenant_id: string;
          words_since?: string | null;
        };
        Update: {
          band_order?: string | null;
          created_at?: string;
          finished_at?: string | null;
          id?: string;
          key?: string;
          language?: string | null;
          parameters?: Json | null;
          rater_kind?: string;
          rater_name?: string;
          rater_version?: string | null;
          result_id?: string;
          started_at?: string | null;
          tenant_id?: string;
          words_since?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "score_runs_result_id_fkey";
            columns: ["result_id"];
            isOneToOne: false;
            referencedRelation: "custom_assessment_results";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "score_runs_result_id_fkey";
            columns: ["result_id"];
            isOneToOne: false;
            referencedRelation: "effective_results";
            referencedColumns: ["id"];
          },
        ];
      };
      tenant_profiles: {
        Row: {
          created_at: string;
          display_name: string;
          id: string;
          is_active: boolean;
          slug: string;
          subscription_tier: string;
          tenant_type: string;
          updated_at: string;
          user_id: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          display_name: string;
          id?: string;
          is_active?: boolean;
          slug: string;
          subscription_tier?: string;
          tenant_type?: string;
          updated_at?: string;
          user_id: string;
        };
        Update: {
          created_at?: string;
          display_name?: string;
          id?: string;
          is_active?: boolean;
          slug?: string;
          subscription_tier?: string;
          tenant_type?: string;
          updated_at?: string;
          user_id?: string;
        };
        Relationships: [];
      };
      tenant_settings: {
        Row: {
          notice: string | null;
          tenant_id: string;
          words_days: number | null;
        };
        ComputedFields: never;
        Insert: {
          notice?: string | null;
          tenant_id: string;
          words_days?: number | null;
        };
        Update: {
          notice?: string | null;
          tenant_id?: string;
          words_days?: number | null;
        };
        Relationships: [
          {
            foreignKeyName: "tenant_settings_tenant_id_fkey";
            columns: ["tenant_id"];
            isOneToOne: true;
            referencedRelation: "tenant_profiles";
            referencedColumns: ["id"];
          },
        ];
      };
    };
    Views: {
      effective_results: {
        Row: {
          ai_insights: Json | null;
          assessment_definition_snapshot: Definition;
          assessment_id: string;
          assessment_version: string;
          assessment_version_id: string | null;
          campaign_created_by: string | null;
          campaign_id: string | null;
          completed_at: string | null;
          corrected: boolean | null;
          coverage: number | null;
          created_at: string;
          dimension_scores: Scores | null;
          id: string;
          margin: Json | null;
          matched_category: string | null;
          matched_category_data: ResultCategory | null;
          overall_score: number | null;
          provenance: string;
          result_disclosure: string;
          session_id: string;
          session_type: string;
          spread: Json | null;
          stability: Json | null;
          tenant_id: string;
          transcript_source: string | null;
          uncovered_dimensions: string[] | null;
          uncovered_reasons: Json | null;
          version_assumed: boolean;
        };
        ComputedFields: never;
        Relationships: [
          {
            foreignKeyName: "custom_assessment_results_assessment_id_fkey";
            columns: ["assessment_id"];
            isOneToOne: false;
            referencedRelation: "custom_assessments";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "custom_assessment_results_tenant_id_fkey";
            columns: ["tenant_id"];
            isOneToOne: false;
            referencedRelation: "tenant_profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      job_queue: {
        Row: {
          age: string | null;
          attempts: number | null;
          created_at: string;
          finished_at: string | null;
          id: number;
          kind: string;
          last_error: string | null;
          lease_expires_at: string | null;
          max_attempts: number;
          not_before: string | null;
          rank: number | null;
          started_at: string | null;
          state: string;
          subject_id: string | null;
          tenant_id: string | null;
          worker: string | null;
        };
        ComputedFields: never;
        Insert: {
          age?: never;
          attempts?: never;
          created_at?: string | null;
          finished_at?: string | null;
          id?: number | null;
          kind?: string | null;
          last_error?: string | null;
          lease_expires_at?: string | null;
          max_attempts?: number | null;
          not_before?: string | null;
          rank?: number | null;
          started_at?: string | null;
          state?: string | null;
          subject_id?: string | null;
          tenant_id?: string | null;
          worker?: string | null;
        };
        Update: {
          age?: never;
          attempts?: never;
          created_at?: string | null;
          finished_at?: string | null;
          id?: number | null;
          kind?: string | null;
          last_error?: string | null;
          lease_expires_at?: string | null;
          max_attempts?: number | null;
          not_before?: string | null;
          rank?: number | null;
          started_at?: string | null;
          state?: string | null;
          subject_id?: string | null;
          tenant_id?: string | null;
          worker?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "jobs_tenant_id_fkey";
            columns: ["tenant_id"];
            isOneToOne: false;
            referencedRelation: "tenant_profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      marketplace_listings: {
        Row: {
          description: string | null;
          dimension_names: string[];
          id: string;
          listed_at: string;
          name: string;
          price_tier: string | null;
          slug: string;
          tenant: string;
          type: string;
          version: string;
          version_id: string;
        };
        ComputedFields: never;
        Insert: {
          description?: string | null;
          dimension_names?: string[] | null;
          id?: string | null;
          listed_at?: string | null;
          name?: string | null;
          price_tier?: string | null;
          slug?: string | null;
          tenant?: string | null;
          type?: string | null;
          version?: string | null;
          version_id?: string | null;
        };
        Update: {
          description?: string | null;
          dimension_names?: string[] | null;
          id?: string | null;
          listed_at?: string | null;
          name?: string | null;
          price_tier?: string | null;
          slug?: string | null;
          tenant?: string | null;
          type?: string | null;
          version?: string | null;
          version_id?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "listings_assessment_id_fkey";
            columns: ["id"];
            isOneToOne: true;
            referencedRelation: "custom_assessments";
            referencedColumns: ["id"];
          },
        ];
      };
      session_versions: {
        Row: {
          assessment_id: string | null;
          begun_at: string | null;
          campaign_id: string | null;
          newer_version_id: string | null;
          session_id: string | null;
          session_type: string | null;
          tenant_id: string | null;
          version: string | null;
          version_id: string | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
    };
    Functions: {
      backfill_versions: { Args: { batch?: number }; Returns: BackfillVersionsAnswer };
      check_definition: { Args: { definition: Json }; Returns: CheckDefinitionAnswer };
      check_evidence: { Args: { agent_session_id: string; evidence: Json }; Returns: CheckEvidenceAnswer };
      complete_assessment_session: {
        Args: {
          accept_insufficient?: boolean;
          ai_insights?: Json;
          completed_at?: string;
          dimension_scores?: Json;
          runs?: Json;
          session_id: string;
          session_type: string;
          transcript?: Json;
          version_id?: string;
        };
        Returns: CompleteAssessmentSessionAnswer;
      };
      copy_assessment: {
        Args: { assessment_id: string; name?: string; tenant_id: string };
        Returns: CopyAssessmentAnswer;
      };
      correct_turn: {
        Args: { agent_session_id: string; speaker: string; turn: number };
        Returns: CorrectTurnAnswer;
      };
      create_tenant: { Args: { display_name: string; slug?: string }; Returns: CreateTenantAnswer };
      custom_assessments_version: { Args: Record<PropertyKey, never>; Returns: string };
      declare_equivalent: {
        Args: { assessment_id: string; dimension: string; from_hash: string; note: string; to_hash: string };
        Returns: DeclareEquivalentAnswer;
      };
      erase_account: { Args: { user_id: string }; Returns: EraseAccountAnswer };
      erase_session: { Args: { session_id: string; session_type: string }; Returns: EraseSessionAnswer };
      erase_tenant: { Args: { tenant_id: string }; Returns: EraseTenantAnswer };
      exchange_jobs: {
        Args: {
          claim_limit?: number;
          handed_back?: Json;
          lease_seconds?: number;
          request?: string;
          worker: string;
        };
        Returns: ExchangeJobsAnswer;
      };
      explanation: { Args: { session_id: string; session_type: string }; Returns: ExplanationAnswer };
      extend_leases: { Args: { jobs: number[]; lease_seconds?: number; worker: string }; Returns: number[] };
      interview_context: { Args: { agent_session_id: string }; Returns: InterviewContextAnswer };
      list_reviewers: {
        Args: Record<PropertyKey, never>;
        Returns: {
          named_at: string;
          user_id: string;
        }[];
      };
      name_reviewer: { Args: { remove?: boolean; user_id: string }; Returns: string };
      preview_context: { Args: { assessment_id?: string; definition?: Json }; Returns: PreviewContextAnswer };
      prune_jobs: { Args: { batch?: number; keep?: string }; Returns: number };
      queue_status: { Args: Record<PropertyKey, never>; Returns: QueueStatusAnswer };
      repin_campaign: { Args: { campaign_id: string }; Returns: RepinCampaignAnswer };
      repin_session: { Args: { session_id: string; session_type: string }; Returns: RepinSessionAnswer };
      retry_jobs: { Args: { failed_since?: string; jobs?: number[]; uploads?: string[] }; Returns: number };
      review_listing: {
        Args: { decision: string; note?: string; reason?: string; request_id?: string; version_id: string };
        Returns: ReviewListingAnswer;
      };
      review_result: {
        Args: { decision: string; dimension_scores?: Json; reason?: string; result_id: string };
        Returns: ReviewResultAnswer;
      };
      rotate_session_link: {
        Args: { session_id: string; session_type: string };
        Returns: RotateSessionLinkAnswer;
      };
      save_progress: { Args: { agent_session_id: string; turns: Json }; Returns: SaveProgressAnswer };
      save_run: { Args: { agent_session_id: string; run: Json }; Returns: SaveRunAnswer };
      scoring_schema: {
        Args: { band_order?: string; dimension: string; version_id: string };
        Returns: ScoringSchemaAnswer;
      };
      session_explanation: { Args: { access_token: string }; Returns: SessionExplanationAnswer };
      session_result: { Args: { access_token: string }; Returns: SessionResultAnswer };
      session_status: { Args: { access_token: string }; Returns: SessionStatusAnswer };
      subject_export: { Args: { session_id: string; session_type: string }; Returns: SubjectExportAnswer };
      verify_result: { Args: { result_id: string }; Returns: VerifyResultAnswer };
      version_changes: {
        Args: { definition?: Json; from_version_id: string; to_version_id?: string };
        Returns: VersionChangesAnswer;
      };
      withdraw_session: { Args: { access_token: string }; Returns: WithdrawSessionAnswer };
    };
    Enums: {
      [_ in never]: never;
    };
    CompositeTypes: {
      [_ in never]: never;
    };
  };
};

type DatabaseWithoutInternals = Omit<Database, "__InternalSupabase">;

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "public">];

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    keyof (DefaultSchema["Tables"] & DefaultSchema["Views"]) | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
        DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
      DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])[TableName] extends {
      Row: infer R;
    }
    ? R
    : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    ? (DefaultSchema["Tables"] & DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
        Row: infer R;
      }
      ? R
      : never
    : never;

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    keyof DefaultSchema["Tables"] | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Insert: infer I;
    }
    ? I
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
        Insert: infer I;
      }
      ? I
      : never
    : never;

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    keyof DefaultSchema["Tables"] | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Update: infer U;
    }
    ? U
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
        Update: infer U;
      }
      ? U
      : never
    : never;

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    keyof DefaultSchema["Enums"] | { schema: keyof DatabaseWithoutInternals },
  EnumName extends (DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"]
    : never) = never,
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
    ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
    : never;

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    keyof DefaultSchema["CompositeTypes"] | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends (PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"]
    : never) = never,
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"]
    ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
    : never;

export const Constants = {
  public: {
    Enums: {},
  },
} as const;
