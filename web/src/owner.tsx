/** The owner's pages: who is signed in decides what there is, and nothing stays when that changes. */

import "./style/owner.css";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { config } from "./data/config";
import { failureOf, type Failure } from "./data/failure";
import { account, begin, chooseTenant, loadTenants, signOut, tenant, tenants } from "./data/owner";
import { lazy } from "./parts/lazy";
import { Preferences } from "./parts/preferences";
import { Missing, Trouble, Waiting } from "./parts/states";
import { SignIn } from "./pages/sign-in";
import { route, type Route } from "./route";
import { need, t } from "./words";

const Library = lazy(() => import("./pages/library").then((part) => part.Library));
const AssessmentPage = lazy(() => import("./pages/assessment").then((part) => part.AssessmentPage));
const EditorPage = lazy(async () => {
  const [{ EditorPage: Part }] = await Promise.all([import("./pages/editor"), need("editor")]);
  return Part;
});
const FirstTenant = lazy(() => import("./pages/first-tenant").then((part) => part.FirstTenant));
const VersionsPage = lazy(() => import("./pages/versions").then((part) => part.VersionsPage));
const ResultPage = lazy(() => import("./pages/result").then((part) => part.ResultPage));

export function OwnerPages() {
  const failure = useSignal<Failure | null>(null);
  const brand = useSignal("");
  const start = async () => {
    failure.value = null;
    try {
      brand.value = (await config()).brand ?? "";
      await begin();
    } catch (error) {
      failure.value = failureOf(error);
    }
  };
  useEffect(() => void start(), []);
  const who = account.value;
  if (failure.value) {
    return (
      <main class="narrow">
        <Trouble failure={failure.value} retry={() => void start()} />
      </main>
    );
  }
  if (who.state === "unknown") return <Waiting />;
  const name = brand.value || t("brand");
  if (who.state === "signed-out") {
    return (
      <>
        <SignIn brand={name} expired={who.expired} />
        <Preferences />
      </>
    );
  }
  return <SignedIn key={who.id} brand={name} email={who.email} />;
}

function SignedIn({ brand, email }: { brand: string; email: string }) {
  const failure = useSignal<Failure | null>(null);
  const load = async () => {
    failure.value = null;
    try {
      await loadTenants();
    } catch (error) {
      failure.value = failureOf(error);
    }
  };
  useEffect(() => void load(), []);
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>
        {t("frame.skip")}
      </a>
      <header class="frame">
        <a class="brand" href="#/">
          <img src="./icon.svg" alt="" width="28" height="28" />
          {brand}
        </a>
        <TenantChoice />
        <div class="who">
          <span class="email">{email}</span>
          <button type="button" class="plain" onClick={() => void signOut()}>
            {t("frame.sign-out")}
          </button>
        </div>
      </header>
      <Connection />
      <main id="main" tabIndex={-1}>
        {failure.value ? (
          <Trouble failure={failure.value} retry={() => void load()} />
        ) : tenants.value === null ? (
          <Waiting />
        ) : (
          <Page to={route.value} />
        )}
      </main>
      <Preferences />
    </>
  );
}

/** The address is the route's, so the link moves the focus itself. */
function skip(event: Event) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

function TenantChoice() {
  const all = tenants.value ?? [];
  const current = tenant.value;
  if (current === null) return null;
  if (all.length === 1) return <span class="tenant">{current.display_name}</span>;
  return (
    <label class="tenant">
      <span class="hidden">{t("frame.tenant")}</span>
      <select value={current.id} onChange={(event) => chooseTenant(event.currentTarget.value)}>
        {all.map((each) => (
          <option key={each.id} value={each.id}>
            {each.display_name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A line while there is no connection. */
function Connection() {
  const online = useSignal(navigator.onLine);
  useEffect(() => {
    const look = () => (online.value = navigator.onLine);
    addEventListener("online", look);
    addEventListener("offline", look);
    return () => {
      removeEventListener("online", look);
      removeEventListener("offline", look);
    };
  }, []);
  return (
    <p class="connection" role="status">
      {online.value ? "" : t("frame.offline")}
    </p>
  );
}

function Page({ to }: { to: Route }) {
  const current = tenant.value;
  switch (to.page) {
    case "library":
      return current === null ? <FirstTenant /> : <Library key={current.id} tenant={current} />;
    case "editor":
      return current === null ? <FirstTenant /> : <EditorPage key={to.id} id={to.id} tenant={current} />;
    case "versions":
      return <VersionsPage key={to.id} id={to.id} />;
    case "assessment":
      return <AssessmentPage key={to.id} id={to.id} />;
    case "result":
      return <ResultPage key={to.id} id={to.id} />;
    default:
      return <Missing />;
  }
}
