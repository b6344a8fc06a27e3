/** Why something could not be done, in the three ways that a reader can act on. */

export type Failure =
  /** Nothing answered: try again when there is a connection. */
  | { kind: "offline" }
  /** The database refused it, and says why. */
  | { kind: "refused"; status: number; reason?: string; message: string; hint: string; details: Details }
  /** The session has ended: sign in again. */
  | { kind: "signed-out" }
  /** Anything else, for the one who operates it. */
  | { kind: "broken"; message: string };

export type Details = Record<string, unknown>;

/** A failure as an exception. */
export class Failed extends Error {
  constructor(readonly failure: Failure) {
    super(failure.kind);
  }
}

/** What was thrown, as a failure. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Failed) return error.failure;
  return { kind: "broken", message: error instanceof Error ? error.message : String(error) };
}

/** An answer of PostgREST that is an error. `docs/errors.md` has its form. */
export interface ApiError {
  message?: string;
  code?: string;
  details?: string | null;
  hint?: string | null;
}

/** The status of a request that got no answer: a gateway's for the same. */
export const NO_ANSWER = 504;

export function failureOfAnswer(status: number, error: ApiError): Failure {
  if (status === 502 || status === NO_ANSWER) return { kind: "offline" };
  if (status === 401) return { kind: "signed-out" };
  // Not a refusal, which has a reason and a status below: its words are for the operator.
  if (status >= 500 && error.details == null)
    return { kind: "broken", message: `${status} ${error.code ?? ""}`.trim() };
  const details = read(error.details);
  const reason = typeof details.reason === "string" ? details.reason : undefined;
  return {
    kind: "refused",
    status,
    ...(reason === undefined ? {} : { reason }),
    message: error.message ?? String(status),
    hint: error.hint ?? "",
    details,
  };
}

function read(details: string | null | undefined): Details {
  try {
    const value: unknown = JSON.parse(details ?? "{}");
    return typeof value === "object" && value !== null ? (value as Details) : {};
  } catch {
    return {};
  }
}
