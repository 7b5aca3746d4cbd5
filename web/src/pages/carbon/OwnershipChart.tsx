/** Who owned what share when, as bars over time; the table below says the same. */
import type { Entity } from '../../api/carbon.ts';
import { day } from '../../format/dates.ts';
import { shareText } from './shares.ts';

type Owned = Entity['owners'][number];

const DAY_MS = 86_400_000;

export function OwnershipChart({ owned }: { owned: readonly Owned[] }) {
  const days = owned.flatMap(({ valid_from, valid_to }) => [valid_from, ...(valid_to === null ? [] : [valid_to])]);
  const begin = Math.min(...days.map((text) => Date.parse(text)));
  const end = Math.max(Date.now(), ...days.map((text) => Date.parse(text) + DAY_MS));
  const span = Math.max(end - begin, 1);
  const place = (at: number) => `${((at - begin) / span) * 100}%`;
  const first = new Date(begin).getUTCFullYear() + 1;
  const last = new Date(end).getUTCFullYear();
  const step = Math.max(1, Math.ceil((last - first) / 8));
  const years = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index).filter(
    (year) => (year - first) % step === 0,
  );
  return (
    <div className="timeline" aria-hidden="true">
      <div className="timeline-years">
        {years.map((year) => (
          <span key={year} style={{ left: place(Date.UTC(year, 0, 1)) }}>
            {year}
          </span>
        ))}
      </div>
      {[...Map.groupBy(owned, ({ owned: id }) => id)].map(([id, periods]) => (
        <div key={id} className="timeline-row">
          <span className="timeline-name" title={id}>
            {id}
          </span>
          <span className="timeline-track">
            {periods.map(({ owner, equity_share, valid_from, valid_to }) => {
              const from = Date.parse(valid_from);
              const until = valid_to === null ? end : Date.parse(valid_to);
              return (
                <span
                  key={`${owner} ${valid_from}`}
                  className="timeline-bar"
                  style={{ left: place(from), width: `${((until - from) / span) * 100}%` }}
                  title={`${owner}: ${shareText(equity_share)}, ${day(valid_from)} – ${valid_to === null ? '' : day(valid_to)}`}
                >
                  {shareText(equity_share)} {owner}
                </span>
              );
            })}
          </span>
        </div>
      ))}
    </div>
  );
}
