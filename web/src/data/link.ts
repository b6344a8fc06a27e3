/** The respondent's part of the API, by plain `fetch`: no account, and as little to load as possible. */

import type { Database, FullResult, TeaserResult, Unavailable, Welcome } from "../../../types/database.types";
import { config } from "./config";
import { Failed, failureOfAnswer, type ApiError } from "./failure";

type Functions = Database["public"]["Functions"];

async function call<T>(name: keyof Functions, token: string): Promise<T> {
  const { url, key } = await config();
  let answer: Response;
  try {
    answer = await fetch(`${url}/rest/v1/rpc/${name}`, {
      method: "POST",
      headers: { apikey: key, "Content-Type": "application/json" },
      body: JSON.stringify({ access_token: token }),
    });
  } catch {
    throw new Failed({ kind: "offline" });
  }
  const body: unknown = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Failed(failureOfAnswer(answer.status, body as ApiError));
  return body as T;
}

export type { Welcome };
export type LinkResult = FullResult | TeaserResult | { complete: boolean; disclosure?: undefined };

/** How far the session is, with what its welcome page shows. */
export function status(token: string): Promise<Welcome | Unavailable> {
  return call("session_status", token);
}

/** The result, as far as the assessment discloses it. */
export function result(token: string): Promise<LinkResult> {
  return call("session_result", token);
}

/** End the session at the respondent's wish; the state that it has afterwards. */
export function withdraw(token: string): Promise<{ state: string }> {
  return call("withdraw_session", token);
}
