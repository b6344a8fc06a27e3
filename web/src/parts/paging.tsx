import { PAGE } from "../data/owner";
import { t } from "../words";

/** Back and forth in a list that is longer than a page. */
export function Paging({ page, total, to }: { page: number; total: number; to: (page: number) => void }) {
  if (total <= PAGE) return null;
  const from = page * PAGE + 1;
  return (
    <nav class="paging" aria-label={t("paging.title")}>
      <button type="button" disabled={page === 0} onClick={() => to(page - 1)}>
        {t("paging.back")}
      </button>
      <span>{t("paging.of", { from, to: Math.min(from + PAGE - 1, total), total })}</span>
      <button type="button" disabled={from + PAGE > total} onClick={() => to(page + 1)}>
        {t("paging.on")}
      </button>
    </nav>
  );
}
