/** What a respondent sees by the link: how far it is, what is kept, and the result as far as it is disclosed. */

import "../style/respondent.css";
import { useSignal } from "@preact/signals";
import { lazy } from "../parts/lazy";
import { useEffect } from "preact/hooks";
import { failureOf, type Failure } from "../data/failure";
import { status, withdraw, type Welcome } from "../data/link";
import { useLoad } from "../data/load";
import { Dialog } from "../parts/dialog";
import { Preferences } from "../parts/preferences";
import { Prose } from "../parts/prose";
import { Shown, Trouble } from "../parts/states";
import { route } from "../route";
import { date, t, type Key } from "../words";

const LinkResult = lazy(() => import("./link-result").then((part) => part.LinkResult));
/** While somebody waits, the state is read again after so many milliseconds. */
const AGAIN = 5_000;

export function RespondentPage() {
  const token = route.value.page === "respondent" ? route.value.token : "";
  return (
    <>
      <main class="respondent">
        <Session key={token} token={token} />
      </main>
      <Preferences />
    </>
  );
}

function Session({ token }: { token: string }) {
  const loading = useLoad(() => status(token), [token]);
  const now = loading.now.value;
  const state = now.state === "ready" ? now.value.state : undefined;
  useEffect(() => {
    if (state !== "open" && state !== "in_progress" && state !== "scoring") return;
    const look = () => document.visibilityState === "visible" && navigator.onLine && void loading.again();
    const timer = setInterval(look, AGAIN);
    return () => clearInterval(timer);
  }, [state]);
  return (
    <Shown from={loading}>
      {(found) =>
        found.state === "unavailable" ? (
          <Ended title={t("link.unavailable")} text={t("link.unavailable.text")} />
        ) : (
          <Open token={token} welcome={found} again={loading.again} />
        )
      }
    </Shown>
  );
}

function Ended({ title, text }: { title: string; text: string }) {
  document.title = title;
  return (
    <div class="sheet">
      <h1>{title}</h1>
      <p>{text}</p>
    </div>
  );
}

function Open({ token, welcome, again }: { token: string; welcome: Welcome; again: () => Promise<void> }) {
  const { state } = welcome;
  document.title = welcome.name;
  const running = state === "open" || state === "in_progress";
  return (
    <div class="sheet">
      <p class="label">{t("link.from", { tenant: welcome.tenant })}</p>
      <h1>{welcome.name}</h1>
      <p class="state" role="status" data-state={state}>
        <strong>{t(`link.${state}` satisfies Key)}</strong>{" "}
        <span>{t(`link.${state}.text` satisfies Key)}</span>
      </p>
      {state === "complete" && <LinkResult token={token} />}
      {running && welcome.description && <Prose text={welcome.description} />}
      {running && welcome.opening && (
        <section>
          <h2>{t("link.opening")}</h2>
          <blockquote>
            <Prose text={welcome.opening} />
          </blockquote>
        </section>
      )}
      {state !== "withdrawn" && state !== "cancelled" && <Notice welcome={welcome} open={running} />}
      {running && welcome.expires_at && (
        <p class="quiet">{t("link.until", { date: date(welcome.expires_at, "long") })}</p>
      )}
      {running && <Withdraw token={token} again={again} />}
    </div>
  );
}

function Notice({ welcome: { notice, tenant }, open }: { welcome: Welcome; open: boolean }) {
  return (
    <details class="notice" open={open}>
      <summary>{t("notice.title")}</summary>
      <dl>
        {(["machine", "kept", "readers", "shown", "contact"] as const).map((part) => (
          <div key={part}>
            <dt>{t(`notice.${part}` satisfies Key)}</dt>
            <dd>{notice[part]}</dd>
          </div>
        ))}
        {notice.tenant && (
          <div>
            <dt>{t("notice.tenant", { tenant })}</dt>
            <dd>{notice.tenant}</dd>
          </div>
        )}
      </dl>
    </details>
  );
}

function Withdraw({ token, again }: { token: string; again: () => Promise<void> }) {
  const asking = useSignal(false);
  const busy = useSignal(false);
  const failure = useSignal<Failure | null>(null);
  const agreed = async () => {
    busy.value = true;
    failure.value = null;
    try {
      await withdraw(token);
      asking.value = false;
      await again();
    } catch (error) {
      failure.value = failureOf(error);
    } finally {
      busy.value = false;
    }
  };
  return (
    <>
      <button type="button" class="plain" onClick={() => (asking.value = true)}>
        {t("withdraw.button")}
      </button>
      {asking.value && (
        <Dialog title={t("withdraw.title")} close={() => (asking.value = false)}>
          <p>{t("withdraw.text")}</p>
          {failure.value && <Trouble failure={failure.value} />}
          <div class="buttons">
            <button type="button" onClick={() => (asking.value = false)}>
              {t("withdraw.stay")}
            </button>
            <button type="button" class="danger" disabled={busy.value} onClick={() => void agreed()}>
              {t("withdraw.confirm")}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
