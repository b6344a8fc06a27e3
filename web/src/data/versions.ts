/** The versions of an assessment, what changed between them, and what uses them. */

import type { Database, VersionChangesAnswer } from "../../../types/database.types";
import { ask } from "./owner";

export type Version = Pick<
  Database["public"]["Tables"]["assessment_versions"]["Row"],
  "id" | "version" | "name" | "change_class" | "created_at"
>;
export type { VersionChangesAnswer };

export interface Versioned {
  name: string;
  newest: string | null;
  listed: string | null;
  versions: Version[];
}

/** More than so many are not shown; the newest are. */
export const MOST = 100;

export async function versions(id: string): Promise<Versioned | null> {
  const { data } = await ask((db) =>
    db.from("custom_assessments").select("name, newest_version_id, listed_version_id").eq("id", id),
  );
  const row = data?.[0];
  if (row === undefined) return null;
  const { data: found } = await ask<Version[]>((db) =>
    db
      .from("assessment_versions")
      .select("id, version, name, change_class, created_at")
      .eq("assessment_id", id)
      .order("created_at", { ascending: false })
      .order("revision", { ascending: false })
      .limit(MOST + 1),
  );
  return {
    name: row.name,
    newest: row.newest_version_id,
    listed: row.listed_version_id,
    versions: found ?? [],
  };
}

export async function changes(from: string, to: string): Promise<VersionChangesAnswer> {
  const { data } = await ask((db) => db.rpc("version_changes", { from_version_id: from, to_version_id: to }));
  return data as VersionChangesAnswer;
}

/** How many results and sessions have this version: two requests, since the API counts nothing by version. */
export async function usesOf(id: string): Promise<{ results: number; sessions: number }> {
  const [results, sessions] = await Promise.all([
    ask((db) =>
      db
        .from("custom_assessment_results")
        .select("id", { count: "exact", head: true })
        .eq("assessment_version_id", id),
    ),
    ask((db) =>
      db.from("session_versions").select("session_id", { count: "exact", head: true }).eq("version_id", id),
    ),
  ]);
  return { results: results.count ?? 0, sessions: sessions.count ?? 0 };
}
