/** Texts that authors wrote. They are Markdown without HTML; most have no marks at all and need no renderer. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

const MARKS = /[*_`[\]<>#~|\\&]|^\s*([-+]|\d+[.)])\s|https?:/m;

/** A text with paragraphs, lists and emphasis. */
export function Prose({ text }: { text: string }) {
  const html = useSignal<string | null>(null);
  const marked = MARKS.test(text);
  useEffect(() => {
    html.value = null;
    if (!marked) return;
    let current = true;
    void import("./markdown").then(({ markdown }) => {
      if (current) html.value = markdown(text);
    });
    return () => {
      current = false;
    };
  }, [text]);
  if (!marked || html.value === null) {
    return (
      <div class="prose">
        {text.split(/\n\s*\n/).map((paragraph) => (
          <p key={paragraph}>{paragraph}</p>
        ))}
      </div>
    );
  }
  return <div class="prose" dangerouslySetInnerHTML={{ __html: html.value }} />;
}

/** A list of an author's texts under a heading; nothing if it is empty. */
export function ProseList({ title, items }: { title: string; items: readonly string[] | undefined }) {
  if (items === undefined || items.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <ul class="prose-list">
        {items.map((item) => (
          <li key={item}>
            <Prose text={item} />
          </li>
        ))}
      </ul>
    </section>
  );
}
