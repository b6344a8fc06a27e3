/** What the page says, in the reader's language: a JSON dictionary for each language, and `Intl` for numbers and dates. */

import { signal } from "@preact/signals";
import type common from "./words/en.common.json";
import type editor from "./words/en.editor.json";
import type link from "./words/en.link.json";
import type owner from "./words/en.owner.json";

export type Key = keyof typeof common | keyof typeof editor | keyof typeof link | keyof typeof owner;
type Values = Record<string, string | number>;
type Dictionary = Record<string, string>;
/**
 * A part of the dictionary, loaded with the pages that need it. Refusals arrive in English, from the database: of them
 * there are only translations, by reason.
 */
export type Part = "common" | "editor" | "link" | "owner" | "refusals";

/** The languages, in their own names. */
export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

const FILES = import.meta.glob<Dictionary>("./words/*.json", { import: "default" });
const STORED = "language";

const needed = new Set<Part>(["common"]);
let spoken: Language | null = null;
let dictionary: Dictionary = {};
let plurals = new Intl.PluralRules("en");

/** The language in use. Everything that is shown is read again when it changes. */
export const language = signal<Language>("en");

function isLanguage(text: string | null | undefined): text is Language {
  return text !== null && text !== undefined && text in LANGUAGES;
}

/** The language that was chosen here, else the first of the browser's that there is a dictionary for. */
export function preferredLanguage(): Language {
  const chosen = localStorage.getItem(STORED);
  if (isLanguage(chosen)) return chosen;
  return navigator.languages.map((tag) => tag.split("-")[0]).find(isLanguage) ?? "en";
}

/** Load all parts in a language, and use it from now on. */
export async function speak(wanted: Language): Promise<void> {
  spoken = wanted;
  const loaded = await load(wanted, [...needed]);
  if (spoken !== wanted) return;
  dictionary = loaded;
  plurals = new Intl.PluralRules(wanted);
  document.documentElement.lang = wanted;
  language.value = wanted;
}

/** Load these parts too; before a language is spoken, only note that they are needed. */
export async function need(...parts: Part[]): Promise<void> {
  const missing = parts.filter((part) => !needed.has(part));
  for (const part of missing) needed.add(part);
  if (spoken !== null) Object.assign(dictionary, await load(spoken, missing));
}

async function load(wanted: Language, parts: Part[]): Promise<Dictionary> {
  const found = await Promise.all(parts.map((part) => FILES[`./words/${wanted}.${part}.json`]?.()));
  return Object.assign({}, ...found) as Dictionary;
}

/** Use a language, and keep it for the next visit. */
export function choose(wanted: Language): Promise<void> {
  localStorage.setItem(STORED, wanted);
  return speak(wanted);
}

/** A text of the dictionary. `{name}` is replaced by the value; with `n`, the form of `key.one` is used for one. */
export function t(key: Key, values: Values = {}): string {
  void language.value;
  const { n } = values;
  const form = typeof n === "number" ? dictionary[`${key}.${plurals.select(n)}`] : undefined;
  return (form ?? dictionary[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === "number" ? number(value) : value;
  });
}

/** A word of the database (a status, a type), if the dictionary has it. */
export function word(group: string, value: string): string {
  void language.value;
  return dictionary[`${group}.${value}`] ?? value;
}

/** A refusal's text in the reader's language, or what the database said. */
export function refusalText(reason: string | undefined, part: "message" | "hint", said: string): string {
  void language.value;
  return dictionary[`${reason}.${part}`] ?? said;
}

/** The language with the reader's region, so that dates look as usual there. */
function locale(): string {
  return navigator.languages.find((tag) => tag.split("-")[0] === language.value) ?? language.value;
}

export function number(value: number, digits?: number): string {
  const options =
    digits === undefined ? {} : { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(locale(), options).format(value);
}

export function percent(share: number): string {
  return new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: 1 }).format(share);
}

export function date(instant: string, style: "medium" | "long" = "medium"): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: style }).format(new Date(instant));
}

export function moment(instant: string): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(
    new Date(instant),
  );
}
