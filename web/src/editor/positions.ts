/** Positions: the compiler's lines and columns, which count code points, and the editor's offsets, which count UTF-16. */

import type { Text } from "@codemirror/state";
import type { Diagnostic } from "../data/uploads";

export function offset(doc: Text, line: number, column: number): number {
  if (line > doc.lines) return doc.length;
  const { from, text } = doc.line(Math.max(line, 1));
  let units = 0;
  let points = 1;
  for (const point of text) {
    if (points >= column) break;
    units += point.length;
    points++;
  }
  return from + units;
}

type Span = Pick<Diagnostic, "line" | "column" | "end_line" | "end_column">;

export function range(doc: Text, span: Span): { from: number; to: number } {
  const from = offset(doc, span.line, span.column);
  return { from, to: Math.max(from, offset(doc, span.end_line, span.end_column)) };
}
