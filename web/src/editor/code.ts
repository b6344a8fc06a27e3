/** The text field of the editor: CodeMirror with the compiler's marks and their fixes. */

import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { defineLanguageFacet, HighlightStyle, Language, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics, type Action } from "@codemirror/lint";
import { ChangeSet, EditorState, type ChangeSpec, type Text } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { parser } from "@lezer/markdown";
import type { Diagnostic } from "../data/uploads";
import { offset, range } from "./positions";

// The lines of a front matter are no heading, although a line of hyphens ends them.
const markdown = new Language(defineLanguageFacet(), parser.configure({ remove: ["SetextHeading"] }));
const colours = HighlightStyle.define([
  { tag: tags.heading, fontWeight: "700", color: "var(--accent)" },
  { tag: tags.strong, fontWeight: "700" },
  { tag: tags.emphasis, fontStyle: "italic" },
  { tag: [tags.link, tags.url, tags.monospace], color: "var(--quiet)" },
  { tag: [tags.processingInstruction, tags.contentSeparator], color: "var(--quiet)" },
]);

export interface Code {
  text: () => string;
  /** Put another text in its place; it can be undone. */
  replace: (text: string) => void;
  /** Show what the compiler says about this text; of another text it is shown as well as it fits. */
  mark: (of: string, diagnostics: readonly Diagnostic[]) => void;
  /** Go to where a diagnostic is. */
  show: (diagnostic: Diagnostic) => void;
  /** Apply a fix, unless its place was edited since. */
  fix: (diagnostic: Diagnostic) => void;
  destroy: () => void;
}

interface Options {
  parent: HTMLElement;
  text: string;
  label: string;
  readOnly: boolean;
  changed: (text: string) => void;
}

export function code({ parent, text, label, readOnly, changed }: Options): Code {
  /** The text that the marks are about, and what was changed since. */
  let marked: Text | null = null;
  let since: ChangeSet | null = null;

  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        lintGutter(),
        history(),
        drawSelection(),
        highlightActiveLine(),
        markdown,
        syntaxHighlighting(colours),
        EditorView.lineWrapping,
        EditorState.readOnly.of(readOnly),
        EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "true", tabindex: "0" }),
        // The Tab key leaves the field, so that the keyboard alone is enough.
        keymap.of([...defaultKeymap, ...historyKeymap, ...lintKeymap]),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          since = since?.compose(update.changes) ?? update.changes;
          changed(update.state.doc.toString());
        }),
      ],
    }),
  });

  const fix = (diagnostic: Diagnostic) => {
    const doc = marked;
    if (doc === null || diagnostic.fix === undefined) return;
    const changes: ChangeSpec[] = [];
    for (const edit of diagnostic.fix.edits) {
      const { from, to } = range(doc, edit);
      if (since?.touchesRange(from, to)) return;
      const moved = (at: number) => since?.mapPos(at) ?? at;
      changes.push({ from: moved(from), to: moved(to), insert: edit.text });
    }
    view.dispatch({ changes, userEvent: "input.fix" });
    view.focus();
  };

  return {
    text: () => view.state.doc.toString(),
    replace: (other) => {
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: other },
        userEvent: "input.paste",
      });
    },
    mark: (of, diagnostics) => {
      const doc = view.state.toText(of);
      if (!doc.eq(view.state.doc)) return;
      marked = doc;
      since = null;
      const marks = diagnostics.map((diagnostic) => {
        const actions: Action[] =
          diagnostic.fix && !readOnly ? [{ name: diagnostic.fix.title, apply: () => fix(diagnostic) }] : [];
        return {
          ...range(doc, diagnostic),
          severity: diagnostic.severity,
          source: diagnostic.code,
          message: diagnostic.hint ? `${diagnostic.message}\n${diagnostic.hint}` : diagnostic.message,
          actions,
        };
      });
      view.dispatch(setDiagnostics(view.state, marks));
    },
    show: (diagnostic) => {
      const doc = marked ?? view.state.doc;
      const at = offset(doc, diagnostic.line, diagnostic.column);
      const anchor = Math.min(since?.mapPos(at) ?? at, view.state.doc.length);
      view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
      view.focus();
    },
    fix,
    destroy: () => view.destroy(),
  };
}
