/** Scores as bars: a position on the scale is drawn, nothing is computed from it. */

import { number, percent, t } from "../words";

interface Bar {
  name: string;
  score: number | undefined;
  weight?: number | undefined;
}

export function ScoreBars({ bars, scale }: { bars: readonly Bar[]; scale: readonly [number, number] }) {
  const [low, high] = scale;
  return (
    <dl class="scores">
      {bars.map(({ name, score, weight }) => (
        <div key={name} class="score">
          <dt>
            {name}
            {weight !== undefined && (
              <span class="weight">{t("result.weight", { share: percent(weight) })}</span>
            )}
          </dt>
          <dd>
            {score === undefined ? (
              <span class="unscored">{t("result.unscored")}</span>
            ) : (
              <>
                <span class="bar" aria-hidden="true">
                  <span style={{ inlineSize: `${(100 * (score - low)) / (high - low)}%` }} />
                </span>
                <span class="figure">{number(score, 2)}</span>
              </>
            )}
          </dd>
        </div>
      ))}
      <div class="scale" aria-hidden="true">
        <span>{number(low)}</span>
        <span>{number(high)}</span>
      </div>
    </dl>
  );
}
