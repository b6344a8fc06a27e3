/** Hash routes, so that any static host serves the page. */

import { computed, signal } from "@preact/signals";

export type Route =
  | { page: "library" }
  | { page: "assessment"; id: string }
  | { page: "result"; id: string }
  | { page: "respondent"; token: string }
  | { page: "unknown" };

const hash = signal(location.hash);
addEventListener("hashchange", () => {
  hash.value = location.hash;
});

function parse(text: string): Route {
  const [first = "", second = "", third] = text.replace(/^#\/?/, "").split("/").map(decoded);
  if (third !== undefined) return { page: "unknown" };
  if (first === "" && second === "") return { page: "library" };
  if (second === "") return { page: "unknown" };
  if (first === "assessments") return { page: "assessment", id: second };
  if (first === "results") return { page: "result", id: second };
  if (first === "s") return { page: "respondent", token: second };
  return { page: "unknown" };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Where the reader is. */
export const route = computed(() => parse(hash.value));

/** The address of a page, for `href`. */
export function address(to: Route): string {
  switch (to.page) {
    case "assessment":
      return `#/assessments/${encodeURIComponent(to.id)}`;
    case "result":
      return `#/results/${encodeURIComponent(to.id)}`;
    case "respondent":
      return `#/s/${encodeURIComponent(to.token)}`;
    default:
      return "#/";
  }
}

export function go(to: Route): void {
  location.hash = address(to);
}
