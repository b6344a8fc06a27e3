import { result } from "../data/link";
import { useLoad } from "../data/load";
import { Category } from "../parts/category";
import { Insights } from "../parts/insights";
import { ScoreBars } from "../parts/scores";
import { Shown } from "../parts/states";
import { number, t } from "../words";

/** The result behind a link, as far as the assessment discloses it. */
export function LinkResult({ token }: { token: string }) {
  const loading = useLoad(() => result(token), [token]);
  return (
    <Shown from={loading}>
      {(shown) => {
        if (shown.disclosure === "teaser") {
          return shown.category ? <Category category={shown.category} /> : <p>{t("result.no-category")}</p>;
        }
        if (shown.disclosure !== "full") return <p>{t("link.nothing-disclosed")}</p>;
        const scored = Object.entries(shown.dimension_scores).map(([name, score]) => ({ name, score }));
        const left = shown.uncovered_dimensions.map((name) => ({ name, score: undefined }));
        return (
          <>
            {shown.category ? <Category category={shown.category} /> : <p>{t("result.no-category")}</p>}
            <section>
              <h2>{t("result.scores")}</h2>
              <ScoreBars bars={[...scored, ...left]} scale={shown.scale} />
              {shown.overall_score !== null && (
                <p class="overall">{t("result.overall", { score: number(shown.overall_score, 2) })}</p>
              )}
            </section>
            <Insights insights={shown.insights} />
          </>
        );
      }}
    </Shown>
  );
}
