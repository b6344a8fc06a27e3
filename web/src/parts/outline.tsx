import type { Definition } from "../../../types/database.types";
import { number, percent, t } from "../words";

/** What the compiler read: dimensions with their weights, categories with their ranges. */
export function Outline({ definition }: { definition: Definition }) {
  return (
    <section class="outline">
      <h2>{t("outline.title")}</h2>
      <h3>{t("assessment.dimensions", { n: definition.dimensions.length })}</h3>
      <ul>
        {definition.dimensions.map(({ name, weight }) => (
          <li key={name}>
            <span>{name}</span> <span class="weight">{percent(weight)}</span>
          </li>
        ))}
      </ul>
      <h3>{t("outline.categories", { n: definition.resultCategories.length })}</h3>
      <ul>
        {definition.resultCategories.map(({ name, scoreRange }) => (
          <li key={name}>
            <span>{name}</span>{" "}
            {scoreRange && (
              <span class="weight">
                {number(scoreRange[0])} – {number(scoreRange[1])}
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
