import { t } from "../words";
import { Prose } from "./prose";

interface Insight {
  dimension?: string;
  text: string;
}

/** An agent's insights. Their form is the agent's own: texts and objects with a `text` are shown, nothing else is guessed. */
function read(insights: unknown): Insight[] {
  if (!Array.isArray(insights)) return typeof insights === "string" ? [{ text: insights }] : [];
  return insights.flatMap((each: unknown): Insight[] => {
    if (typeof each === "string") return [{ text: each }];
    if (typeof each !== "object" || each === null) return [];
    const { text, dimension } = each as Record<string, unknown>;
    if (typeof text !== "string") return [];
    return [typeof dimension === "string" ? { text, dimension } : { text }];
  });
}

export function Insights({ insights }: { insights: unknown }) {
  const all = read(insights);
  if (all.length === 0) return null;
  return (
    <section>
      <h2>{t("result.insights")}</h2>
      <ul class="insights">
        {all.map(({ dimension, text }) => (
          <li key={text}>
            {dimension && <p class="label">{dimension}</p>}
            <Prose text={text} />
          </li>
        ))}
      </ul>
    </section>
  );
}
