import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { config } from "../data/config";
import { failureOf, type Failure } from "../data/failure";
import { signIn } from "../data/owner";
import { Trouble } from "../parts/states";
import { t } from "../words";

export function SignIn({ brand, expired }: { brand: string; expired: boolean }) {
  const wrong = useSignal(false);
  const busy = useSignal(false);
  const failure = useSignal<Failure | null>(null);
  const forgotten = useSignal<string | null>(null);
  useEffect(() => {
    document.title = brand;
    void config().then((settings) => (forgotten.value = settings.forgottenPassword ?? null));
  }, [brand]);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    busy.value = true;
    wrong.value = false;
    failure.value = null;
    try {
      wrong.value = !(await signIn(String(given.get("email")), String(given.get("password"))));
    } catch (error) {
      failure.value = failureOf(error);
    } finally {
      busy.value = false;
    }
  };

  return (
    <main class="narrow">
      <p class="brand">
        <img src="./icon.svg" alt="" width="40" height="40" />
        {brand}
      </p>
      <form class="sheet" onSubmit={(event) => void submit(event)}>
        <h1>{t("sign-in.title")}</h1>
        {expired && (
          <p class="note" role="status">
            {t("sign-in.expired")}
          </p>
        )}
        <label>
          {t("sign-in.email")}
          <input name="email" type="email" autocomplete="username" required />
        </label>
        <label>
          {t("sign-in.password")}
          <input name="password" type="password" autocomplete="current-password" required />
        </label>
        {wrong.value && (
          <div class="trouble" role="alert">
            <p>{t("sign-in.wrong")}</p>
          </div>
        )}
        {failure.value && <Trouble failure={failure.value} />}
        <button class="primary" disabled={busy.value}>
          {t("sign-in.button")}
        </button>
        {forgotten.value && (
          <p>
            <a href={forgotten.value}>{t("sign-in.forgotten")}</a>
          </p>
        )}
      </form>
    </main>
  );
}
