/** Where the API is: `config.json` beside the page, which the host writes and the local stack answers. */

import { Failed } from "./failure";

export interface Config {
  /** The API's address; empty for the page's own. */
  url: string;
  /** The publishable (or anon) key. Never a secret one. */
  key: string;
  /** The host's page for a forgotten password. */
  forgottenPassword?: string;
  /** What is written at the top in place of "Assessments". */
  brand?: string;
}

let loaded: Promise<Config> | undefined;

/** The settings of this installation; read once. */
export function config(): Promise<Config> {
  loaded ??= read().catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function read(): Promise<Config> {
  let answer: Response;
  try {
    answer = await fetch("./config.json");
  } catch {
    throw new Failed({ kind: "offline" });
  }
  if (!answer.ok) throw new Failed({ kind: "broken", message: `config.json: ${answer.status}` });
  const { url, ...rest } = (await answer.json()) as Config;
  return { ...rest, url: url || location.origin };
}
