/** Uploads: a dry run for the marks in the editor, and saving. Both are rows that a worker finishes. */

import type { Definition, Diagnostic } from "../../../types/database.types";
import { ask, one } from "./owner";

export type { Diagnostic };

export interface Upload {
  id: string;
  status: string;
  diagnostics: Diagnostic[];
  definition: Definition | null;
  assessment_id: string | null;
}

const COLUMNS = "id, status, diagnostics, definition, assessment_id";
/** An upload is looked at again after so many milliseconds: often at first, then less. */
const PAUSES = [40, 60, 80, 120, 200, 300, 500];

interface Wanted {
  tenant: string;
  text: string;
  assessment: string | null;
  dry: boolean;
}

/** Compile a text, or with `dry: false` save it. It ends when the worker has, or with null as soon as `wanted` says no. */
export async function upload(
  { tenant, text, assessment, dry }: Wanted,
  wanted: () => boolean = () => true,
): Promise<Upload | null> {
  let row = await one((db) =>
    db
      .from("assessment_uploads")
      .insert({ tenant_id: tenant, source_markdown: text, assessment_id: assessment, dry_run: dry })
      .select(COLUMNS),
  );
  const { id } = row;
  try {
    for (let look = 0; row.status === "queued" || row.status === "processing"; look++) {
      await new Promise((resume) => setTimeout(resume, PAUSES[look] ?? 1_000));
      if (!wanted()) return null;
      row = await one((db) => db.from("assessment_uploads").select(COLUMNS).eq("id", id));
    }
  } finally {
    if (dry) forgetRun(id);
  }
  return { ...row, diagnostics: row.diagnostics ?? [] };
}

/** A dry run counts in what the tenant may store. What stays, such as without a connection, is pruned later. */
function forgetRun(id: string): void {
  ask((db) => db.from("assessment_uploads").delete().eq("id", id)).catch(() => undefined);
}

export interface Source {
  id: string;
  tenant_id: string;
  name: string;
  status: string;
  version: string;
  source_markdown: string | null;
  content_changed_at: string;
}

/** What the editor begins with; null without such an assessment. */
export async function source(id: string): Promise<Source | null> {
  const { data } = await ask<Source[]>((db) =>
    db
      .from("custom_assessments")
      .select("id, tenant_id, name, status, version, source_markdown, content_changed_at")
      .eq("id", id),
  );
  return data?.[0] ?? null;
}
