/** What an owner can do with an assessment as a whole; a refusal is shown right below the buttons. */

import { useSignal } from "@preact/signals";
import { failureOf, type Failure } from "../data/failure";
import { useLoad } from "../data/load";
import { remove, setStatus, uses, type Listed, type Uses } from "../data/owner";
import { t, type Key } from "../words";
import { Dialog } from "./dialog";
import { Shown, Trouble } from "./states";

/** The change of status that is offered. Whether it is allowed is the database's to say. */
const NEXT: Record<string, { status: string; label: Key }> = {
  draft: { status: "active", label: "action.activate" },
  active: { status: "archived", label: "action.archive" },
  archived: { status: "active", label: "action.restore" },
};

interface Props {
  row: Listed;
  changed: () => void;
  removed: () => void;
}

export function Actions({ row, changed, removed }: Props) {
  const busy = useSignal(false);
  const failure = useSignal<Failure | null>(null);
  const deleting = useSignal(false);
  const next = NEXT[row.status];
  const move = async (status: string) => {
    busy.value = true;
    failure.value = null;
    try {
      await setStatus(row.id, status);
      // Also if the row is gone, so that the page shows it.
      changed();
    } catch (error) {
      failure.value = failureOf(error);
    } finally {
      busy.value = false;
    }
  };
  return (
    <div class="actions">
      <div class="buttons">
        {next && (
          <button
            type="button"
            disabled={busy.value}
            aria-label={t("action.of", { action: t(next.label), name: row.name })}
            onClick={() => void move(next.status)}
          >
            {t(next.label)}
          </button>
        )}
        <button
          type="button"
          class="plain"
          aria-label={t("action.of", { action: t("action.delete"), name: row.name })}
          onClick={() => (deleting.value = true)}
        >
          {t("action.delete")}
        </button>
      </div>
      {failure.value && <Trouble failure={failure.value} />}
      {deleting.value && (
        <Delete
          row={row}
          close={() => (deleting.value = false)}
          archived={() => {
            deleting.value = false;
            changed();
          }}
          removed={removed}
        />
      )}
    </div>
  );
}

interface DeleteProps {
  row: Listed;
  close: () => void;
  archived: () => void;
  removed: () => void;
}

function Delete({ row, close, archived, removed }: DeleteProps) {
  const loading = useLoad(() => uses(row.id), [row.id]);
  const busy = useSignal(false);
  const failure = useSignal<Failure | null>(null);
  const attempt = async (work: () => Promise<unknown>, done: () => void) => {
    busy.value = true;
    failure.value = null;
    try {
      await work();
      done();
    } catch (error) {
      failure.value = failureOf(error);
      busy.value = false;
    }
  };
  return (
    <Dialog title={t("delete.title", { name: row.name })} close={close}>
      <Shown from={loading}>{(found) => <Consequences uses={found} />}</Shown>
      {failure.value && <Trouble failure={failure.value} />}
      <div class="buttons">
        <button type="button" onClick={close}>
          {t("action.cancel")}
        </button>
        {failure.value && row.status === "active" && (
          <button
            type="button"
            disabled={busy.value}
            onClick={() => void attempt(() => setStatus(row.id, "archived"), archived)}
          >
            {t("delete.archive-instead")}
          </button>
        )}
        <button
          type="button"
          class="danger"
          disabled={busy.value || loading.now.value.state !== "ready"}
          onClick={() => void attempt(() => remove(row.id), removed)}
        >
          {t("delete.confirm")}
        </button>
      </div>
    </Dialog>
  );
}

function Consequences({ uses: found }: { uses: Uses }) {
  const parts: [Key, number][] = [
    ["delete.versions", found.versions],
    ["delete.campaigns", found.campaigns],
    ["delete.sessions", found.sessions],
    ["delete.results", found.results],
  ];
  const those = parts.filter(([, n]) => n > 0);
  if (those.length === 0) return <p>{t("delete.nothing")}</p>;
  return (
    <ul>
      {those.map(([key, n]) => (
        <li key={key}>{t(key, { n })}</li>
      ))}
    </ul>
  );
}
