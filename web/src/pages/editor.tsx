/** The editor: one Markdown text, the compiler's marks as one types, and saving. Nothing that was typed is lost. */

import "../style/editor.css";
import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { failureOf, type Failure } from "../data/failure";
import { useLoad } from "../data/load";
import { account, type Tenant } from "../data/owner";
import { source, upload, type Diagnostic, type Source, type Upload } from "../data/uploads";
import { code, type Code } from "../editor/code";
import { forget, keep, kept, remove, setAside, type Draft } from "../editor/drafts";
import { Dialog } from "../parts/dialog";
import { Outline } from "../parts/outline";
import { Problems } from "../parts/problems";
import { Missing, Shown, Trouble } from "../parts/states";
import { address } from "../route";
import { moment, t } from "../words";

/** The compiler is asked so many milliseconds after the last key. */
const TYPING = 120;
const STARTERS = import.meta.glob<string>("../../../examples/starters/*.md", {
  query: "?raw",
  import: "default",
});

export function EditorPage({ id, tenant }: { id: string | null; tenant: Tenant }) {
  const loading = useLoad<Source | "new" | null>(
    () => (id === null ? Promise.resolve("new" as const) : source(id)),
    [id],
  );
  return (
    <Shown from={loading}>
      {(found) => {
        if (found === null) return <Missing />;
        if (found === "new") return <Editor saved={null} tenant={tenant.id} />;
        if (found.source_markdown === null && found.status !== "archived")
          return <BeingWritten again={() => void loading.again()} />;
        return <Editor saved={found} tenant={found.tenant_id} />;
      }}
    </Shown>
  );
}

/** A builder's definition has no Markdown until a worker has written it, which takes seconds. */
function BeingWritten({ again }: { again: () => void }) {
  useEffect(() => {
    const timer = setInterval(again, 1_000);
    return () => clearInterval(timer);
  }, []);
  return <p class="note">{t("editor.being-written")}</p>;
}

function Editor({ saved, tenant }: { saved: Source | null; tenant: string }) {
  const who = account.value.state === "signed-in" ? account.value.id : "";
  /** What is on the server, as far as this tab knows. */
  const base = useSignal({
    id: saved?.id ?? null,
    status: saved?.status ?? "draft",
    version: saved?.version ?? null,
    changed: saved?.content_changed_at ?? null,
    text: normal(saved?.source_markdown ?? ""),
  });
  const text = useSignal(base.value.text);
  const result = useSignal<Upload | null>(null);
  const checking = useSignal(false);
  const saving = useSignal(false);
  const roomLeft = useSignal(true);
  const said = useSignal("");
  const failure = useSignal<Failure | null>(null);
  const conflict = useSignal<Source | null>(null);
  const drafts = useSignal<Draft[]>(useMemo(() => kept(who, base.value.id, base.value.text), []));
  const editor = useRef<Code | null>(null);
  const parent = useRef<HTMLDivElement>(null);
  const readOnly = base.value.status === "archived";
  const dirty = useComputed(() => text.value !== base.value.text);
  const latest = useRef(0);

  const check = async (current: string) => {
    const mine = ++latest.current;
    if (current.trim() === "") {
      result.value = null;
      editor.current?.mark(current, []);
      return;
    }
    checking.value = true;
    try {
      const asked = { tenant, text: current, assessment: base.peek().id, dry: true };
      const done = await upload(asked, () => mine === latest.current);
      if (done === null || mine !== latest.current) return;
      result.value = done;
      failure.value = null;
      editor.current?.mark(current, done.diagnostics);
    } catch (error) {
      if (mine === latest.current) failure.value = failureOf(error);
    } finally {
      if (mine === latest.current) checking.value = false;
    }
  };

  useEffect(() => {
    if (parent.current === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const made = code({
      parent: parent.current,
      text: text.peek(),
      label: t("editor.text"),
      readOnly,
      changed: (now) => {
        text.value = now;
        said.value = "";
        if (now === base.peek().text) forget(who, base.peek().id);
        else roomLeft.value = keep(who, base.peek().id, now);
        clearTimeout(timer);
        timer = setTimeout(() => void check(now), TYPING);
      },
    });
    editor.current = made;
    if (!readOnly) void check(text.peek());
    const back = () => void check(made.text());
    addEventListener("online", back);
    return () => {
      latest.current++;
      clearTimeout(timer);
      removeEventListener("online", back);
      made.destroy();
    };
  }, [readOnly]);

  useEffect(() => {
    const leave = (event: BeforeUnloadEvent) => {
      if (dirty.peek() && !roomLeft.peek()) event.preventDefault();
    };
    addEventListener("beforeunload", leave);
    return () => removeEventListener("beforeunload", leave);
  }, []);

  useEffect(() => {
    document.title = saved?.name ?? t("editor.new");
  });

  const save = async (over: boolean) => {
    const current = text.peek();
    const before = base.peek();
    saving.value = true;
    said.value = "";
    failure.value = null;
    conflict.value = null;
    try {
      if (before.id !== null && !over) {
        const there = await source(before.id);
        if (there !== null && there.content_changed_at !== before.changed) {
          conflict.value = there;
          return;
        }
      }
      const done = await upload({ tenant, text: current, assessment: before.id, dry: false });
      if (done === null) return;
      latest.current++;
      checking.value = false;
      result.value = done;
      if (editor.current?.text() === current) editor.current.mark(current, done.diagnostics);
      if (done.assessment_id === null || done.status === "failed") {
        said.value = t("editor.not-saved");
        return;
      }
      forget(who, before.id);
      const now = await source(done.assessment_id);
      if (now === null) return;
      base.value = {
        id: now.id,
        status: now.status,
        version: now.version,
        changed: now.content_changed_at,
        text: current,
      };
      if (text.peek() !== current) roomLeft.value = keep(who, now.id, text.peek());
      said.value = t(now.status === "active" ? "editor.saved-version" : "editor.saved-draft", {
        version: now.version,
      });
      // Without an event, so that the page stays as it is.
      if (before.id === null) history.replaceState(null, "", address({ page: "editor", id: now.id }));
    } catch (error) {
      failure.value = failureOf(error);
    } finally {
      saving.value = false;
    }
  };

  const take = (other: string) => editor.current?.replace(other);
  const open = async (file: File | undefined) => {
    if (file === undefined) return;
    try {
      take(normal(new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer())));
      failure.value = null;
    } catch {
      failure.value = { kind: "broken", message: t("editor.not-text", { name: file.name }) };
    }
  };

  const { id, status, version } = base.value;
  return (
    <>
      <nav class="crumbs" aria-label={t("frame.crumbs")}>
        <a href="#/">{t("library.title")}</a>
        {id !== null && <a href={address({ page: "assessment", id })}>{saved?.name ?? t("editor.this")}</a>}
      </nav>
      <div class="title">
        <div>
          <h1>{id === null ? t("editor.new") : t("editor.title")}</h1>
          <p class="facts">
            {version !== null && <span>{t("assessment.version", { version })}</span>}
            <span role="status">
              {said.value || (dirty.value ? t("editor.unsaved") : id === null ? "" : t("editor.unchanged"))}
            </span>
          </p>
        </div>
        {!readOnly && (
          <div class="buttons">
            <label class="button file">
              {t("editor.open")}
              <input
                type="file"
                accept=".md,.markdown,.txt,text/markdown,text/plain"
                onChange={(event) => {
                  void open(event.currentTarget.files?.[0]);
                  event.currentTarget.value = "";
                }}
              />
            </label>
            <button
              type="button"
              class="primary"
              disabled={saving.value || (!dirty.value && id !== null) || text.value.trim() === ""}
              onClick={() => void save(false)}
            >
              {saving.value
                ? t("editor.saving")
                : t(status === "active" ? "editor.save-version" : "editor.save-draft")}
            </button>
          </div>
        )}
      </div>
      {readOnly && <p class="note">{t("editor.archived")}</p>}
      {failure.value && <Trouble failure={failure.value} />}
      {!roomLeft.value && <p class="note">{t("editor.no-room")}</p>}
      {drafts.value.length > 0 && !readOnly && (
        <Drafts
          drafts={drafts.value}
          take={(draft) => {
            take(draft.text);
            remove(draft);
            drafts.value = drafts.value.filter((each) => each !== draft);
          }}
          drop={(draft) => {
            remove(draft);
            drafts.value = drafts.value.filter((each) => each !== draft);
          }}
        />
      )}
      {id === null && text.value === "" && <Starters take={take} />}
      <div class="editor">
        <div
          ref={parent}
          class="code"
          data-checked={result.value !== null && !checking.value}
          onDragOver={(event) => event.preventDefault()}
          onDropCapture={(event) => {
            const file = event.dataTransfer?.files[0];
            if (file === undefined || readOnly) return;
            event.preventDefault();
            event.stopPropagation();
            void open(file);
          }}
        />
        <aside>
          <Problems
            diagnostics={result.value?.diagnostics ?? null}
            checking={checking.value}
            show={(diagnostic: Diagnostic) => editor.current?.show(diagnostic)}
            fix={readOnly ? null : (diagnostic: Diagnostic) => editor.current?.fix(diagnostic)}
          />
          {result.value?.definition && <Outline definition={result.value.definition} />}
        </aside>
      </div>
      {conflict.value && (
        <Conflict
          there={conflict.value}
          close={() => (conflict.value = null)}
          theirs={(there) => {
            const text = normal(there.source_markdown ?? "");
            base.value = { ...base.value, version: there.version, changed: there.content_changed_at, text };
            // What was typed here stays among the unsaved texts.
            drafts.value = [setAside(who, there.id, editor.current?.text() ?? ""), ...drafts.value];
            take(text);
            conflict.value = null;
          }}
          mine={() => void save(true)}
        />
      )}
    </>
  );
}

/** Line ends as the editor keeps them. */
function normal(text: string): string {
  return text.replace(/\r\n?/g, "\n");
}

interface DraftsProps {
  drafts: Draft[];
  take: (draft: Draft) => void;
  drop: (draft: Draft) => void;
}

function Drafts({ drafts, take, drop }: DraftsProps) {
  return (
    <ul class="drafts">
      {drafts.map((draft) => (
        <li key={draft.at} class="note">
          <span>{t("drafts.found", { at: moment(draft.at) })}</span>
          <span class="buttons">
            <button type="button" onClick={() => take(draft)}>
              {t("drafts.take")}
            </button>
            <button type="button" class="plain" onClick={() => drop(draft)}>
              {t("drafts.drop")}
            </button>
          </span>
        </li>
      ))}
    </ul>
  );
}

function Starters({ take }: { take: (text: string) => void }) {
  return (
    <div class="starters">
      <p>{t("editor.start")}</p>
      <div class="buttons">
        {Object.entries(STARTERS).map(([path, load]) => (
          <button key={path} type="button" onClick={() => void load().then(take)}>
            {nameOf(path)}
          </button>
        ))}
      </div>
    </div>
  );
}

function nameOf(path: string): string {
  const words = path.replace(/^.*\/|\.md$/g, "").split("-");
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(" ");
}

interface ConflictProps {
  there: Source;
  close: () => void;
  theirs: (there: Source) => void;
  mine: () => void;
}

function Conflict({ there, close, theirs, mine }: ConflictProps) {
  return (
    <Dialog title={t("conflict.title")} close={close}>
      <p>{t("conflict.text", { version: there.version, at: moment(there.content_changed_at) })}</p>
      <div class="buttons">
        <button type="button" onClick={close}>
          {t("action.cancel")}
        </button>
        <button type="button" onClick={() => theirs(there)}>
          {t("conflict.theirs")}
        </button>
        <button type="button" class="danger" onClick={mine}>
          {t("conflict.mine")}
        </button>
      </div>
    </Dialog>
  );
}
