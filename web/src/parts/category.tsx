import type { ResultCategory } from "../../../types/database.types";
import { t } from "../words";
import { Prose, ProseList } from "./prose";

/** A category with what its author wrote about it, as much of it as is disclosed. */
export function Category({
  category,
}: {
  category: Omit<ResultCategory, "description"> & { description?: string | null };
}) {
  return (
    <article class="category">
      <h2>{category.name}</h2>
      {category.description && <Prose text={category.description} />}
      <div class="columns">
        <ProseList title={t("result.strengths")} items={category.strengths} />
        <ProseList title={t("result.growth")} items={category.growthAreas} />
        <ProseList title={t("result.recommendations")} items={category.recommendations} />
      </div>
    </article>
  );
}
