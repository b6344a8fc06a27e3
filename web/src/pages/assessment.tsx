/** One assessment: what it measures, and the newest results. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useLoad } from "../data/load";
import { assessment, results, type Assessment } from "../data/owner";
import { Actions } from "../parts/actions";
import { Paging } from "../parts/paging";
import { Prose } from "../parts/prose";
import { Missing, Shown } from "../parts/states";
import { address, go } from "../route";
import { moment, number, percent, t, word } from "../words";
import { Status } from "./library";

export function AssessmentPage({ id }: { id: string }) {
  const loading = useLoad(() => assessment(id), [id]);
  return (
    <Shown from={loading}>
      {(found) =>
        found === null ? <Missing /> : <Details found={found} again={() => void loading.again()} />
      }
    </Shown>
  );
}

function Details({ found, again }: { found: Assessment; again: () => void }) {
  useEffect(() => {
    document.title = found.name;
  }, [found.name]);
  return (
    <>
      <nav class="crumbs" aria-label={t("frame.crumbs")}>
        <a href="#/">{t("library.title")}</a>
      </nav>
      <div class="title">
        <div>
          <h1>{found.name}</h1>
          <p class="facts">
            <Status row={found} />
            <span>{t("assessment.version", { version: found.version })}</span>
            <span>{word("type", found.assessment_type)}</span>
            <span>{t("assessment.disclosure", { what: word("disclosure", found.result_disclosure) })}</span>
          </p>
        </div>
        <div class="buttons">
          <a class="button" href={address({ page: "editor", id: found.id })}>
            {t("assessment.edit")}
          </a>
          <a class="button" href={address({ page: "versions", id: found.id })}>
            {t("assessment.versions")}
          </a>
        </div>
        <Actions row={found} changed={again} removed={() => go({ page: "library" })} />
      </div>
      {found.description && <Prose text={found.description} />}
      <div class="halves">
        <Results id={found.id} />
        <section>
          <h2>{t("assessment.dimensions", { n: found.definition.dimensions.length })}</h2>
          <ol class="dimensions">
            {found.definition.dimensions.map(({ name, weight, description }) => (
              <li key={name}>
                <h3>
                  {name} <span class="weight">{percent(weight)}</span>
                </h3>
                <Prose text={description} />
              </li>
            ))}
          </ol>
        </section>
      </div>
    </>
  );
}

function Results({ id }: { id: string }) {
  const page = useSignal(0);
  const loading = useLoad(() => results(id, page.value), [id, page.value], true);
  return (
    <section>
      <h2>{t("results.title")}</h2>
      <Shown from={loading}>
        {({ rows, total }) =>
          rows.length === 0 ? (
            <p class="quiet">{t("results.empty")}</p>
          ) : (
            <>
              <ul class="results">
                {rows.map((row) => (
                  <li key={row.id}>
                    <a href={address({ page: "result", id: row.id })}>
                      <strong>{row.person ?? t("results.nameless")}</strong>
                      <span>{row.matched_category ?? t("results.no-category")}</span>
                      <span class="quiet">
                        {row.overall_score !== null && `${number(row.overall_score, 2)} · `}
                        {moment(row.created_at)}
                      </span>
                    </a>
                  </li>
                ))}
              </ul>
              <Paging page={page.value} total={total} to={(to) => (page.value = to)} />
            </>
          )
        }
      </Shown>
    </section>
  );
}
