import type { Diagnostic } from "../data/uploads";
import { t } from "../words";

interface Props {
  /** Null before the first answer. */
  diagnostics: readonly Diagnostic[] | null;
  checking: boolean;
  show: (diagnostic: Diagnostic) => void;
  /** Null where nothing may be changed. */
  fix: ((diagnostic: Diagnostic) => void) | null;
}

/** What the compiler found, in the order of the text. Its messages are in English. */
export function Problems({ diagnostics, checking, show, fix }: Props) {
  const errors = diagnostics?.filter(({ severity }) => severity === "error").length ?? 0;
  const warnings = (diagnostics?.length ?? 0) - errors;
  return (
    <section class="problems" aria-busy={checking}>
      <h2>{t("problems.title")}</h2>
      <p class="quiet" role="status">
        {diagnostics === null
          ? t(checking ? "problems.checking" : "problems.nothing-yet")
          : diagnostics.length === 0
            ? t("problems.none")
            : [
                errors > 0 && t("problems.errors", { n: errors }),
                warnings > 0 && t("problems.warnings", { n: warnings }),
              ]
                .filter(Boolean)
                .join(", ")}
      </p>
      <ol lang="en">
        {diagnostics?.map((diagnostic, index) => (
          <li key={index} class="problem" data-severity={diagnostic.severity}>
            <button type="button" class="plain" onClick={() => show(diagnostic)}>
              <span class="line">{t("problems.line", { line: String(diagnostic.line) })}</span>{" "}
              <Said text={diagnostic.message} />
            </button>
            {diagnostic.hint && diagnostic.hint !== diagnostic.fix?.title && (
              <p class="hint">
                <Said text={diagnostic.hint} />
              </p>
            )}
            {diagnostic.fix && fix && (
              <button type="button" class="fix" onClick={() => fix(diagnostic)}>
                <Said text={diagnostic.fix.title} />
              </button>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

/** A sentence of the compiler, in which what is between backticks is from the text. */
function Said({ text }: { text: string }) {
  return (
    <>{text.split("`").map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}</>
  );
}
