import { chooseTheme, theme, THEMES, type Theme } from "../theme";
import { choose, language, LANGUAGES, t, type Key, type Language } from "../words";

/** Language and theme, at the end of every page. */
export function Preferences() {
  return (
    <footer class="preferences">
      <label>
        {t("preferences.language")}
        <select
          value={language.value}
          onChange={(event) => void choose(event.currentTarget.value as Language)}
        >
          {Object.entries(LANGUAGES).map(([tag, name]) => (
            <option key={tag} value={tag} lang={tag}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t("preferences.theme")}
        <select value={theme.value} onChange={(event) => chooseTheme(event.currentTarget.value as Theme)}>
          {THEMES.map((each) => (
            <option key={each} value={each}>
              {t(`theme.${each}` satisfies Key)}
            </option>
          ))}
        </select>
      </label>
    </footer>
  );
}
