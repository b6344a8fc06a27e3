/** The tenant's assessments: found by name, status and type. */

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { useLoad } from "../data/load";
import { library, type Listed, type Search, type Tenant } from "../data/owner";
import { Actions } from "../parts/actions";
import { Paging } from "../parts/paging";
import { Shown } from "../parts/states";
import { address } from "../route";
import { date, t, word } from "../words";

const STATUSES = ["draft", "active", "archived"];
const TYPES = ["single-outcome", "multi-dimensional", "comparative"];
/** A search begins so many milliseconds after the last key. */
const TYPING = 200;

export function Library({ tenant }: { tenant: Tenant }) {
  const search = useSignal<Search>({
    tenant: tenant.id,
    text: "",
    status: "",
    type: "",
    order: "updated",
    page: 0,
  });
  const loading = useLoad(() => library(search.value), [search.value], true);
  const set = (change: Partial<Search>) => {
    search.value = { ...search.value, page: 0, ...change };
  };
  useEffect(() => {
    document.title = `${t("library.title")} · ${tenant.display_name}`;
  });
  const filtered = search.value.text !== "" || search.value.status !== "" || search.value.type !== "";
  return (
    <>
      <div class="title">
        <h1>{t("library.title")}</h1>
        <a class="button primary" href={address({ page: "editor", id: null })}>
          {t("library.new")}
        </a>
      </div>
      {!tenant.is_active && <p class="note">{t("library.inactive")}</p>}
      <Filters search={search.value} set={set} />
      <Shown from={loading}>
        {({ rows, total }) =>
          rows.length === 0 ? (
            <Empty filtered={filtered} clear={() => set({ text: "", status: "", type: "" })} />
          ) : (
            <>
              <p class="quiet" role="status">
                {t("library.count", { n: total })}
              </p>
              <ul class="cards">
                {rows.map((row) => (
                  <Card key={row.id} row={row} again={() => void loading.again()} />
                ))}
              </ul>
              <Paging page={search.value.page} total={total} to={(page) => set({ page })} />
            </>
          )
        }
      </Shown>
    </>
  );
}

function Filters({ search, set }: { search: Search; set: (change: Partial<Search>) => void }) {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const typed = (text: string) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => set({ text: text.trim() }), TYPING);
  };
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (search.text === "" && field.current && document.activeElement !== field.current)
      field.current.value = "";
  }, [search.text]);
  return (
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <label class="search">
        {t("library.search")}
        <input ref={field} type="search" onInput={(event) => typed(event.currentTarget.value)} />
      </label>
      <Choice label={t("library.status")} value={search.status} pick={(status) => set({ status })}>
        {["", ...STATUSES].map((each) => [each, each === "" ? t("library.all") : word("status", each)])}
      </Choice>
      <Choice label={t("library.type")} value={search.type} pick={(type) => set({ type })}>
        {["", ...TYPES].map((each) => [each, each === "" ? t("library.all") : word("type", each)])}
      </Choice>
      <Choice
        label={t("library.order")}
        value={search.order}
        pick={(order) => set({ order: order === "name" ? "name" : "updated" })}
      >
        {[
          ["updated", t("library.order.updated")],
          ["name", t("library.order.name")],
        ]}
      </Choice>
    </form>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  pick: (value: string) => void;
  children: string[][];
}

function Choice({ label, value, pick, children }: ChoiceProps) {
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => pick(event.currentTarget.value)}>
        {children.map(([each = "", name = ""]) => (
          <option key={each} value={each}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function Empty({ filtered, clear }: { filtered: boolean; clear: () => void }) {
  return (
    <div class="empty">
      <h2>{t(filtered ? "library.none-found" : "library.empty")}</h2>
      {filtered ? (
        <button type="button" onClick={clear}>
          {t("library.clear")}
        </button>
      ) : (
        <p>{t("library.empty.text")}</p>
      )}
    </div>
  );
}

function Card({ row, again }: { row: Listed; again: () => void }) {
  return (
    <li class="card">
      <div class="about">
        <h2>
          <a href={address({ page: "assessment", id: row.id })}>{row.name}</a>
        </h2>
        <p class="facts">
          <Status row={row} />
          <span>{t("assessment.version", { version: row.version })}</span>
          <span>{word("type", row.assessment_type)}</span>
          <span>{t("assessment.updated", { date: date(row.updated_at) })}</span>
        </p>
        {row.description && <p class="description">{row.description}</p>}
      </div>
      <Actions row={row} changed={again} removed={again} />
    </li>
  );
}

export function Status({ row }: { row: Listed }) {
  const market = row.marketplace_status;
  return (
    <>
      <span class="badge" data-status={row.status}>
        {word("status", row.status)}
      </span>
      {market !== null && market !== "private" && (
        <span class="badge" data-market={market}>
          {word("market", market)}
        </span>
      )}
    </>
  );
}
