/**
 * Texts that are not saved yet, kept in this browser: for each account, assessment and tab one, so that tabs do not write
 * over each other, and a closed tab, an ended session or a crash loses nothing.
 */

const PREFIX = "draft";

export interface Draft {
  key: string;
  at: string;
  text: string;
}

/** Of this page, not of the tab's storage, which a duplicated tab would share. */
const TAB = unique();

function unique(): string {
  return `${Date.now()}-${Math.random()}`;
}

function group(account: string, assessment: string | null): string {
  return [PREFIX, account, assessment ?? "new", ""].join(":");
}

/** Keep the text of this tab. False if the browser has no room for it. */
export function keep(account: string, assessment: string | null, text: string): boolean {
  const draft: Omit<Draft, "key"> = { at: new Date().toISOString(), text };
  try {
    localStorage.setItem(group(account, assessment) + TAB, JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

/** Keep a text beside that of this tab. */
export function setAside(account: string, assessment: string, text: string): Draft {
  const draft = { at: new Date().toISOString(), text };
  const key = group(account, assessment) + unique();
  localStorage.setItem(key, JSON.stringify(draft));
  return { key, ...draft };
}

/** Forget the text of this tab: it was saved, or is what is saved. */
export function forget(account: string, assessment: string | null): void {
  localStorage.removeItem(group(account, assessment) + TAB);
}

/** Remove a draft that was taken up or is not wanted. */
export function remove(draft: Draft): void {
  localStorage.removeItem(draft.key);
}

/** Texts that were kept, the newest first, without those that are saved anyway. */
export function kept(account: string, assessment: string | null, saved: string): Draft[] {
  const start = group(account, assessment);
  const found: Draft[] = [];
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith(start)) continue;
    const { at, text } = JSON.parse(localStorage.getItem(key) ?? "{}") as Omit<Draft, "key">;
    if (text === saved) localStorage.removeItem(key);
    else found.push({ key, at, text });
  }
  return found.sort((one, other) => other.at.localeCompare(one.at));
}
