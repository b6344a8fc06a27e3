/** The owner's part of the API: one small layer over supabase-js. The only module that imports it. */

import { computed, signal } from "@preact/signals";
import { createClient, type Session, type SupabaseClient } from "@supabase/supabase-js";
import type { Database, Definition, ResultCategory, Scores } from "../../../types/database.types";
import { config } from "./config";
import { Failed, failureOfAnswer, NO_ANSWER, type ApiError } from "./failure";

type Tables = Database["public"]["Tables"];
type AssessmentRow = Tables["custom_assessments"]["Row"];

export type Account =
  | { state: "unknown" }
  | { state: "signed-out"; expired: boolean }
  | { state: "signed-in"; id: string; email: string };

export interface Tenant {
  id: string;
  display_name: string;
  is_active: boolean;
}

export type Listed = Pick<
  AssessmentRow,
  | "id"
  | "name"
  | "description"
  | "version"
  | "status"
  | "assessment_type"
  | "marketplace_status"
  | "updated_at"
>;
export type Assessment = Listed & Pick<AssessmentRow, "result_disclosure" | "definition" | "published_at">;
export type ListedResult = Pick<
  Database["public"]["Views"]["effective_results"]["Row"],
  | "id"
  | "session_id"
  | "session_type"
  | "overall_score"
  | "matched_category"
  | "assessment_version"
  | "created_at"
> & { person: string | null };
export interface Result {
  id: string;
  assessment_id: string;
  assessment_version: string;
  dimension_scores: Scores;
  uncovered_dimensions: string[];
  overall_score: number | null;
  matched_category_data: ResultCategory | null;
  ai_insights: unknown;
  completed_at: string | null;
  created_at: string;
  assessment_definition_snapshot: Definition;
  corrected: boolean | null;
  person: string | null;
}

const LISTED = "id, name, description, version, status, assessment_type, marketplace_status, updated_at";
export const PAGE = 20;

/** Who is signed in. */
export const account = signal<Account>({ state: "unknown" });
/** The tenants of the account. */
export const tenants = signal<Tenant[] | null>(null);
const chosen = signal<string | null>(null);
/** The tenant that the pages are about. */
export const tenant = computed(
  () => tenants.value?.find((each) => each.id === chosen.value) ?? tenants.value?.[0] ?? null,
);

export function chooseTenant(id: string): void {
  chosen.value = id;
}

let client: Promise<SupabaseClient<Database>> | undefined;

async function connect(): Promise<SupabaseClient<Database>> {
  const { url, key } = await config();
  const made = createClient<Database>(url, key, {
    auth: { detectSessionInUrl: false },
    global: { fetch: atOnce },
  });
  made.auth.onAuthStateChange((_, session) => follow(session));
  return made;
}

/** supabase-js repeats a request that gets no answer for seven seconds before it says so; a reader learns it at once. */
function atOnce(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  return fetch(input, init).catch(() => new Response("{}", { status: NO_ANSWER }));
}

function database(): Promise<SupabaseClient<Database>> {
  client ??= connect().catch((error: unknown) => {
    client = undefined;
    throw error;
  });
  return client;
}

/** Take over who is signed in; nothing of another account stays in memory. */
function follow(session: Session | null): void {
  const before = account.peek();
  if (session === null) {
    // The end of one session is reported more than once.
    if (before.state === "signed-out") return;
    tenants.value = null;
    account.value = { state: "signed-out", expired: before.state === "signed-in" && !leaving };
    leaving = false;
  } else if (before.state !== "signed-in" || before.id !== session.user.id) {
    tenants.value = null;
    account.value = { state: "signed-in", id: session.user.id, email: session.user.email ?? "" };
  }
}

let leaving = false;

/** Find out who is signed in. */
export async function begin(): Promise<void> {
  const db = await database();
  const { data } = await db.auth.getSession();
  follow(data.session);
}

/** Sign in. False if email and password do not belong together. */
export async function signIn(email: string, password: string): Promise<boolean> {
  const db = await database();
  const { error } = await db.auth.signInWithPassword({ email, password });
  if (error === null) return true;
  if (error.status === undefined || error.status >= 500) throw new Failed({ kind: "offline" });
  return false;
}

/** Sign out here; the session ends on the server too, if it answers. */
export async function signOut(): Promise<void> {
  leaving = true;
  const db = await database();
  await db.auth.signOut({ scope: "local" });
}

interface Answer<T> {
  data: T | null;
  error: ApiError | null;
  status: number;
  count: number | null;
}

/** Ask the API; what it refuses is thrown. A session that has ended leads to the page where one signs in. */
export async function ask<T>(
  query: (db: SupabaseClient<Database>) => PromiseLike<Answer<T>>,
): Promise<Answer<T>> {
  const db = await database();
  const answer = await query(db);
  if (answer.error === null) return answer;
  const failure = failureOfAnswer(answer.status, answer.error);
  if (failure.kind === "signed-out") await db.auth.signOut({ scope: "local" });
  throw new Failed(failure);
}

/** The one row that a statement returns. */
export async function one<T>(query: (db: SupabaseClient<Database>) => PromiseLike<Answer<T[]>>): Promise<T> {
  const [row] = await rows(query);
  if (row === undefined) throw new Failed({ kind: "broken", message: "a row is missing in the answer" });
  return row;
}

async function rows<T>(query: (db: SupabaseClient<Database>) => PromiseLike<Answer<T[]>>): Promise<T[]> {
  return (await ask(query)).data ?? [];
}

/** The account's own tenants; it may also read others' as a campaign's creator or reviewer. */
export async function loadTenants(): Promise<void> {
  const who = account.peek();
  if (who.state !== "signed-in") return;
  const found = await rows((db) =>
    db
      .from("tenant_profiles")
      .select("id, display_name, is_active")
      .eq("user_id", who.id)
      .order("created_at"),
  );
  tenants.value = found;
}

/** Create the account's first tenant, where the host lets accounts do that. */
export async function createTenant(name: string): Promise<void> {
  await ask((db) => db.rpc("create_tenant", { display_name: name }));
  await loadTenants();
}

export interface Search {
  tenant: string;
  text: string;
  status: string;
  type: string;
  order: "updated" | "name";
  page: number;
}

/** A page of the library, with how many there are in all. */
export async function library(search: Search): Promise<{ rows: Listed[]; total: number }> {
  const from = search.page * PAGE;
  const { data, count } = await ask<Listed[]>((db) => {
    let query = db
      .from("custom_assessments")
      .select(LISTED, { count: "exact" })
      .eq("tenant_id", search.tenant);
    if (search.text !== "") query = query.ilike("name", `%${search.text.replace(/[\\%_]/g, "\\$&")}%`);
    if (search.status !== "") query = query.eq("status", search.status);
    if (search.type !== "") query = query.eq("assessment_type", search.type);
    query = search.order === "name" ? query.order("name") : query.order("updated_at", { ascending: false });
    return query.order("id").range(from, from + PAGE - 1);
  });
  return { rows: data ?? [], total: count ?? 0 };
}

export async function assessment(id: string): Promise<Assessment | null> {
  if (!isId(id)) return null;
  const found = await rows<Assessment>((db) =>
    db
      .from("custom_assessments")
      .select(`${LISTED}, result_disclosure, definition, published_at`)
      .eq("id", id),
  );
  return found[0] ?? null;
}

export async function setStatus(id: string, status: string): Promise<void> {
  await ask((db) => db.from("custom_assessments").update({ status }).eq("id", id).select("id"));
}

export interface Uses {
  results: number;
  versions: number;
  campaigns: number;
  sessions: number;
}

/** What belongs to an assessment or uses it, for the one who is about to delete it. */
export async function uses(id: string): Promise<Uses> {
  const counted = (table: "custom_assessment_results" | "assessment_versions", column: "assessment_id") =>
    ask((db) => db.from(table).select("id", { count: "exact", head: true }).eq(column, id));
  const referring = (table: "campaigns" | "coaching_sessions") =>
    ask((db) => db.from(table).select("id", { count: "exact", head: true }).eq("custom_assessment_id", id));
  const [results, versions, campaigns, sessions] = await Promise.all([
    counted("custom_assessment_results", "assessment_id"),
    counted("assessment_versions", "assessment_id"),
    referring("campaigns"),
    referring("coaching_sessions"),
  ]);
  return {
    results: results.count ?? 0,
    versions: versions.count ?? 0,
    campaigns: campaigns.count ?? 0,
    sessions: sessions.count ?? 0,
  };
}

export async function remove(id: string): Promise<void> {
  await ask((db) => db.from("custom_assessments").delete().eq("id", id).select("id"));
}

/** The newest results of an assessment, with the names of the people whose they are. */
export async function results(
  assessmentId: string,
  page: number,
): Promise<{ rows: ListedResult[]; total: number }> {
  const from = page * PAGE;
  const { data, count } = await ask((db) =>
    db
      .from("effective_results")
      .select(
        "id, session_id, session_type, overall_score, matched_category, assessment_version, created_at",
        {
          count: "exact",
        },
      )
      .eq("assessment_id", assessmentId)
      .order("created_at", { ascending: false })
      .order("id")
      .range(from, from + PAGE - 1),
  );
  const found = data ?? [];
  const people = await names(found);
  return {
    rows: found.map((row) => ({ ...row, person: people.get(row.session_id) ?? null })),
    total: count ?? 0,
  };
}

export async function result(id: string): Promise<Result | null> {
  if (!isId(id)) return null;
  const found = await rows((db) => db.from("effective_results").select("*").eq("id", id));
  const row = found[0];
  if (row === undefined) return null;
  return {
    ...row,
    // The columns of a view may be null by their types alone.
    dimension_scores: row.dimension_scores ?? {},
    uncovered_dimensions: row.uncovered_dimensions ?? [],
    person: (await names([row])).get(row.session_id) ?? null,
  };
}

/** Names by session. A result does not name its person, so this is a second request. */
async function names(of: { session_id: string; session_type: string }[]): Promise<Map<string, string>> {
  const ids = (type: string) =>
    of.filter((each) => each.session_type === type).map((each) => each.session_id);
  const [coaching, campaign] = [ids("coaching"), ids("campaign")];
  const found = await Promise.all([
    coaching.length === 0
      ? []
      : rows((db) => db.from("coaching_sessions").select("id, name:client_name").in("id", coaching)),
    campaign.length === 0
      ? []
      : rows((db) => db.from("campaign_assignments").select("id, name:stakeholder_name").in("id", campaign)),
  ]);
  return new Map(found.flat().flatMap((row) => (row.name ? [[row.id, row.name]] : [])));
}

/** PostgREST answers 400 to what is not a UUID; for a reader it is an address that leads nowhere. */
function isId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
