/** Hash routes, so that any static host serves the page. */

import { computed, signal } from "@preact/signals";

export type Route =
  | { page: "library" }
  | { page: "assessment"; id: string }
  | { page: "editor"; id: string | null }
  | { page: "versions"; id: string }
  | { page: "result"; id: string }
  | { page: "respondent"; token: string }
  | { page: "unknown" };

const hash = signal(location.hash);
addEventListener("hashchange", () => {
  hash.value = location.hash;
});

function parse(text: string): Route {
  const [first = "", second = "", third = "", more] = text.replace(/^#\/?/, "").split("/").map(decoded);
  if (more !== undefined) return { page: "unknown" };
  if (first === "" && second === "") return { page: "library" };
  if (first === "new" && second === "") return { page: "editor", id: null };
  if (second === "") return { page: "unknown" };
  if (first === "assessments" && third === "edit") return { page: "editor", id: second };
  if (first === "assessments" && third === "versions") return { page: "versions", id: second };
  if (third !== "") return { page: "unknown" };
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
    case "editor":
      return to.id === null ? "#/new" : `#/assessments/${encodeURIComponent(to.id)}/edit`;
    case "versions":
      return `#/assessments/${encodeURIComponent(to.id)}/versions`;
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
