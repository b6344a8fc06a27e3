/** One result, as its owner sees it. It shows what the database computed and froze. */

import "../style/result.css";
import { useEffect } from "preact/hooks";
import type { Dimension } from "../../../types/database.types";
import { useLoad } from "../data/load";
import { result, type Result } from "../data/owner";
import { Category } from "../parts/category";
import { Insights } from "../parts/insights";
import { Prose } from "../parts/prose";
import { Radar } from "../parts/radar";
import { ScoreBars } from "../parts/scores";
import { Missing, Shown } from "../parts/states";
import { address } from "../route";
import { date, number, t } from "../words";

/** With fewer axes a radar is a line. */
const AXES = 3;

export function ResultPage({ id }: { id: string }) {
  const loading = useLoad(() => result(id), [id]);
  return <Shown from={loading}>{(found) => (found === null ? <Missing /> : <Report found={found} />)}</Shown>;
}

function Report({ found }: { found: Result }) {
  const { metadata, dimensions } = found.assessment_definition_snapshot;
  const name = metadata?.name ?? "";
  const title = found.person ?? t("results.nameless");
  useEffect(() => {
    document.title = `${title} · ${name}`;
  }, [title, name]);
  const profile = metadata?.type === "single-outcome";
  return (
    <article class="report">
      <nav class="crumbs" aria-label={t("frame.crumbs")}>
        <a href="#/">{t("library.title")}</a>
        <a href={address({ page: "assessment", id: found.assessment_id })}>{name}</a>
      </nav>
      <div class="title">
        <div>
          <h1>{title}</h1>
          <p class="facts">
            <span>{name}</span>
            <span>{t("assessment.version", { version: found.assessment_version })}</span>
            <span>{date(found.completed_at ?? found.created_at, "long")}</span>
            {found.corrected && <span>{t("result.corrected")}</span>}
          </p>
        </div>
        <div class="buttons screen-only">
          <button type="button" onClick={() => print()}>
            {t("result.print")}
          </button>
        </div>
      </div>
      {profile ? (
        <>
          <Outcome found={found} />
          <Scores found={found} dimensions={dimensions} />
        </>
      ) : (
        <>
          <Scores found={found} dimensions={dimensions} />
          <Outcome found={found} />
        </>
      )}
      <Insights insights={found.ai_insights} />
      <Rubrics found={found} dimensions={dimensions} />
    </article>
  );
}

function Outcome({ found }: { found: Result }) {
  const category = found.matched_category_data;
  if (category === null) return <p class="note">{t("result.no-category")}</p>;
  return <Category category={category} />;
}

/** A definition from a builder may leave out the scale; the database then uses this one. */
function scaleOf(found: Result): readonly [number, number] {
  return found.assessment_definition_snapshot.metadata?.scale ?? [1, 5];
}

function Scores({ found, dimensions }: { found: Result; dimensions: Dimension[] }) {
  const scale = scaleOf(found);
  const bars = dimensions.map(({ name, weight }) => ({ name, weight, score: found.dimension_scores[name] }));
  const scored = bars.flatMap(({ name, score }) => (score === undefined ? [] : [{ name, score }]));
  return (
    <section>
      <h2>{t("result.scores")}</h2>
      <div class="halves">
        <div>
          <ScoreBars bars={bars} scale={scale} />
          {found.overall_score !== null && (
            <p class="overall">{t("result.overall", { score: number(found.overall_score, 2) })}</p>
          )}
        </div>
        {scored.length >= AXES && <Radar axes={scored} scale={scale} />}
      </div>
    </section>
  );
}

/** What the scores mean: the author's bands of each dimension, in the author's order. */
function Rubrics({ found, dimensions }: { found: Result; dimensions: Dimension[] }) {
  const described = dimensions.filter(({ scoringRubric }) => Object.keys(scoringRubric ?? {}).length > 0);
  if (described.length === 0) return null;
  return (
    <section>
      <h2>{t("result.rubrics")}</h2>
      {described.map(({ name, scoringRubric = {} }) => {
        const score = found.dimension_scores[name];
        return (
          <details key={name} class="rubric">
            <summary>
              {name} <span class="figure">{score === undefined ? "–" : number(score, 2)}</span>
            </summary>
            <dl>
              {Object.entries(scoringRubric).map(([band, text]) => (
                <div key={band}>
                  <dt>{band}</dt>
                  <dd>
                    <Prose text={text} />
                  </dd>
                </div>
              ))}
            </dl>
          </details>
        );
      })}
    </section>
  );
}
