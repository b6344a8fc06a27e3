/** What a new account sees: it creates its organization, or reads whom to ask where the host does not allow that. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { failureOf, type Failure } from "../data/failure";
import { createTenant } from "../data/owner";
import { Trouble } from "../parts/states";
import { t } from "../words";

export function FirstTenant() {
  const busy = useSignal(false);
  const failure = useSignal<Failure | null>(null);
  useEffect(() => {
    document.title = t("no-tenant.title");
  });
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    busy.value = true;
    failure.value = null;
    try {
      await createTenant(String(given.get("name")));
    } catch (error) {
      failure.value = failureOf(error);
      busy.value = false;
    }
  };
  const refused = failure.value?.kind === "refused" ? failure.value.reason : undefined;
  if (refused === "TENANT_ACCESS_DENIED") {
    return (
      <div class="empty">
        <h1>{t("no-tenant.title")}</h1>
        <p>{t("no-tenant.ask")}</p>
      </div>
    );
  }
  return (
    <form class="sheet first-tenant" onSubmit={(event) => void submit(event)}>
      <h1>{t("no-tenant.title")}</h1>
      <p>{t("no-tenant.text")}</p>
      <label>
        {t("no-tenant.name")}
        <input name="name" autocomplete="organization" required />
      </label>
      {failure.value && <Trouble failure={failure.value} />}
      <button class="primary" disabled={busy.value}>
        {t("no-tenant.button")}
      </button>
    </form>
  );
}
