/** The versions of an assessment: when each was made, what changed, and how much uses it. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Change } from "../../../types/database.types";
import { useLoad } from "../data/load";
import { changes, MOST, usesOf, versions, type Version, type Versioned } from "../data/versions";
import { Missing, Shown } from "../parts/states";
import { address } from "../route";
import { moment, t, word } from "../words";

export function VersionsPage({ id }: { id: string }) {
  const loading = useLoad(() => versions(id), [id]);
  return (
    <Shown from={loading}>{(found) => (found === null ? <Missing /> : <List id={id} found={found} />)}</Shown>
  );
}

function List({ id, found }: { id: string; found: Versioned }) {
  const shown = found.versions.slice(0, MOST);
  useEffect(() => {
    document.title = `${t("versions.title")} · ${found.name}`;
  });
  return (
    <>
      <nav class="crumbs" aria-label={t("frame.crumbs")}>
        <a href="#/">{t("library.title")}</a>
        <a href={address({ page: "assessment", id })}>{found.name}</a>
      </nav>
      <h1>{t("versions.title")}</h1>
      {shown.length === 0 && <p class="empty">{t("versions.empty")}</p>}
      {shown.map((version, index) => (
        <Row key={version.id} version={version} before={found.versions[index + 1] ?? null} all={found} />
      ))}
      {found.versions.length > MOST && <p class="quiet">{t("versions.more", { n: MOST })}</p>}
    </>
  );
}

function Row({ version, before, all }: { version: Version; before: Version | null; all: Versioned }) {
  const opened = useSignal(false);
  return (
    <details class="version" onToggle={(event) => (opened.value = event.currentTarget.open)}>
      <summary>
        <h2>{t("assessment.version", { version: version.version })}</h2>
        <span class="facts">
          <span>
            {version.change_class === null ? t("versions.first") : word("class", version.change_class)}
          </span>
          <span>{moment(version.created_at)}</span>
          {version.id === all.newest && (
            <span class="badge" data-status="active">
              {t("versions.newest")}
            </span>
          )}
          {version.id === all.listed && <span class="badge">{t("versions.listed")}</span>}
        </span>
      </summary>
      {opened.value && <Opened version={version} before={before} />}
    </details>
  );
}

function Opened({ version, before }: { version: Version; before: Version | null }) {
  const using = useLoad(() => usesOf(version.id), [version.id]);
  return (
    <>
      <Shown from={using}>
        {({ results, sessions }) => (
          <p class="quiet">
            {t("versions.results", { n: results })} {t("versions.sessions", { n: sessions })}
          </p>
        )}
      </Shown>
      {before === null ? <p>{t("versions.nothing-before")}</p> : <Changes from={before.id} to={version.id} />}
    </>
  );
}

function Changes({ from, to }: { from: string; to: string }) {
  const loading = useLoad(() => changes(from, to), [from, to]);
  return (
    <Shown from={loading}>
      {(found) => (
        <>
          <ul class="changes">
            {found.changes.map((change, index) => (
              <li key={index}>
                <p>
                  <span class="badge">{word("class", change.class)}</span>{" "}
                  <span lang="en">{change.sentence}</span>
                </p>
                <OldAndNew change={change} />
              </li>
            ))}
          </ul>
          {found.results.considered > 0 && (
            <p class="quiet">
              {t("versions.differ", { differ: found.results.differ, restated: found.results.restated })}
            </p>
          )}
        </>
      )}
    </Shown>
  );
}

function OldAndNew({ change }: { change: Change }) {
  const values = [change.old, change.new].filter((value) => value !== null);
  if (values.length === 0) return null;
  return (
    <div class="old-and-new">
      {change.old !== null && (
        <div>
          <p class="label">{t("versions.old")}</p>
          <Value value={change.old} />
        </div>
      )}
      {change.new !== null && (
        <div>
          <p class="label">{t("versions.new")}</p>
          <Value value={change.new} />
        </div>
      )}
    </div>
  );
}

/** A text as it is; anything else as the definition has it. */
function Value({ value }: { value: Change["old"] }) {
  return <pre class="value">{typeof value === "string" ? value : JSON.stringify(value, null, 2)}</pre>;
}
