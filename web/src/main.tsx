/** The entry: the words, then either the respondent's page or the owner's; each is a part of its own. */

import "./style/base.css";
import { render, type ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { route } from "./route";
import { applyTheme } from "./theme";
import { need, preferredLanguage, speak } from "./words";

const PARTS = {
  respondent: async () => {
    const [{ RespondentPage }] = await Promise.all([import("./pages/respondent"), need("link")]);
    return RespondentPage;
  },
  owner: async () => {
    const [{ OwnerPages }] = await Promise.all([import("./owner"), need("owner", "refusals")]);
    return OwnerPages;
  },
};

function partOf(page: string): keyof typeof PARTS {
  return page === "respondent" ? "respondent" : "owner";
}

function App({ name, first }: { name: keyof typeof PARTS; first: ComponentType }) {
  const shown = useSignal({ name, Part: first });
  const wanted = partOf(route.value.page);
  useEffect(() => {
    if (wanted === shown.peek().name) return;
    void PARTS[wanted]().then((Part) => {
      shown.value = { name: wanted, Part };
    });
  }, [wanted]);
  const { Part } = shown.value;
  return shown.value.name === wanted ? <Part /> : null;
}

applyTheme();
const name = partOf(route.value.page);
const [first] = await Promise.all([PARTS[name](), speak(preferredLanguage())]);
const root = document.getElementById("app");
if (root !== null) render(<App name={name} first={first} />, root);
