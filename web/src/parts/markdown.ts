/** Authors' Markdown as HTML that is safe to insert. Loaded only for texts that have marks. */

import DOMPurify from "dompurify";
import { Marked } from "marked";

const ALLOWED = {
  ALLOWED_TAGS: ["p", "br", "em", "strong", "del", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr"],
  ALLOWED_ATTR: ["href", "start"],
  ALLOWED_URI_REGEXP: /^(https?|mailto):/i,
};

const renderer = new Marked({
  gfm: true,
  renderer: {
    // Definitions contain no HTML. Should one do so, it is text.
    html: ({ text }) => escaped(text),
    // Headings would not fit into the page's own.
    heading({ tokens }) {
      return `<p><strong>${this.parser.parseInline(tokens)}</strong></p>`;
    },
    // Nothing is loaded from elsewhere.
    image: ({ text }) => escaped(text),
  },
});

function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}

DOMPurify.addHook("afterSanitizeAttributes", (node) => {
  if (node.tagName === "A") {
    node.setAttribute("target", "_blank");
    node.setAttribute("rel", "noopener noreferrer nofollow");
  }
});

export function markdown(text: string): string {
  return DOMPurify.sanitize(renderer.parse(text, { async: false }), ALLOWED);
}
