/** What a page shows while it has nothing else to show. */

import type { ComponentChildren } from "preact";
import type { Failure } from "../data/failure";
import type { Loaded, Loading } from "../data/load";
import { refusalText, t } from "../words";

/** Appears only after half a second (by the style sheet), so that quick answers do not flicker. */
export function Waiting() {
  return (
    <p class="waiting" role="status">
      <span class="waiting-bar" aria-hidden="true" />
      {t("state.loading")}
    </p>
  );
}

/** A refusal or another failure, where it belongs. */
export function Trouble({ failure, retry }: { failure: Failure; retry?: () => void }) {
  return (
    <div class="trouble" role="alert">
      <p>
        <strong>{title(failure)}</strong>
      </p>
      {hint(failure) && <p>{hint(failure)}</p>}
      {retry && failure.kind !== "signed-out" && (
        <button type="button" onClick={retry}>
          {t("action.retry")}
        </button>
      )}
    </div>
  );
}

function title(failure: Failure): string {
  switch (failure.kind) {
    case "offline":
      return t("failure.offline");
    case "signed-out":
      return t("failure.signed-out");
    case "refused":
      return refusalText(failure.reason, "message", failure.message);
    default:
      return t("failure.broken");
  }
}

function hint(failure: Failure): string {
  switch (failure.kind) {
    case "offline":
      return t("failure.offline.hint");
    case "refused":
      return refusalText(failure.reason, "hint", failure.hint);
    case "broken":
      return failure.message;
    default:
      return "";
  }
}

/** Show what was loaded, or why it is not here. */
export function Shown<T>({
  from,
  children,
}: {
  from: Loading<T>;
  children: (value: T) => ComponentChildren;
}) {
  const now: Loaded<T> = from.now.value;
  switch (now.state) {
    case "loading":
      return <Waiting />;
    case "failed":
      return <Trouble failure={now.failure} retry={() => void from.again()} />;
    default:
      return (
        <div class={now.stale ? "stale" : undefined} aria-busy={now.stale}>
          {children(now.value)}
        </div>
      );
  }
}

/** A page about something that is not there, or that the reader may not see: the API does not say which. */
export function Missing() {
  return (
    <div class="empty">
      <h1>{t("missing.title")}</h1>
      <p>{t("missing.text")}</p>
      <p>
        <a class="button" href="#/">
          {t("missing.back")}
        </a>
      </p>
    </div>
  );
}
