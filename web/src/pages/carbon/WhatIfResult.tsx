/** Two inventories and what lies between them, cause by cause. */
import type { WhatIf } from '../../api/methodology.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Figure } from '../../components/Figure.tsx';
import { Section, Stat } from '../../components/Page.tsx';
import { Waterfall } from '../../components/Waterfall.tsx';
import { amount, isZero, sum, tonnes, tonnesOfKilograms } from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { nameOf } from './names.ts';

const CAUSES = ['activity', 'factor', 'structure', 'method', 'scope_of_data', 'gwp'] as const;
const inTonnes = (kilograms: string): string => tonnes(tonnesOfKilograms(kilograms));
const signed = (kilograms: string): string =>
  kilograms.startsWith('-') || isZero(kilograms) ? inTonnes(kilograms) : `+${inTonnes(kilograms)}`;

interface Props {
  answer: WhatIf;
  /** Of the chart's file. */
  name: string;
  busy: boolean;
}

export function WhatIfResult({ answer, name, busy }: Props) {
  const { before, after, change_kg, change_percent, effects, refs } = answer;
  const causes = CAUSES.filter((cause) => !isZero(effects[cause]));
  return (
    <div aria-busy={busy}>
      <div className="stats" role="status">
        <Stat
          label={t.whatIf.before}
          value={<Figure text={inTonnes(before.co2e_kg)} of={refs.before} label={t.whatIf.before} />}
          unit={t.carbon.unit}
          note={`${before.methodology}, ${before.gwp}`}
        />
        <Stat
          label={t.whatIf.after}
          value={<Figure text={inTonnes(after.co2e_kg)} of={refs.after} label={t.whatIf.after} />}
          unit={t.carbon.unit}
          note={`${t.whatIf.tried}, ${after.gwp}`}
        />
        <Stat
          label={t.whatIf.difference}
          value={<Figure text={signed(change_kg)} of={refs.change} label={t.whatIf.difference} />}
          unit={t.carbon.unit}
          note={change_percent === null ? '–' : `${amount(change_percent)} %`}
        />
        {before.scope_2_market_kg !== null && after.scope_2_market_kg !== null && (
          <Stat
            label={t.whatIf.market}
            value={
              <Figure text={inTonnes(after.scope_2_market_kg)} of={after.scope_2_market_ref} label={t.whatIf.market} />
            }
            unit={t.carbon.unit}
            note={t.whatIf.instead(inTonnes(before.scope_2_market_kg))}
          />
        )}
      </div>
      <Section title={t.whatIf.causes} note={t.whatIf.causesNote}>
        {causes.length > 0 && (
          <Waterfall
            start={{ name: t.whatIf.before, exact: tonnesOfKilograms(before.co2e_kg), ref: refs.before }}
            parts={causes.map((cause) => ({
              name: t.whatIf.causeNames[cause]!,
              exact: tonnesOfKilograms(effects[cause]),
              ref: refs.effects[cause],
            }))}
            end={{ name: t.whatIf.after, exact: tonnesOfKilograms(after.co2e_kg), ref: refs.after }}
            unit={t.carbon.unit}
            text={tonnes}
            label={t.whatIf.chart}
            fileName={`what-if-${name}`}
            moreIsBetter={false}
            zoomed
          />
        )}
        <dl className="facts">
          {CAUSES.map((cause) => (
            <div key={cause}>
              <dt>{answer.words[cause] ?? t.whatIf.causeNames[cause]}</dt>
              <dd>
                <Figure
                  text={signed(effects[cause])}
                  of={refs.effects[cause]}
                  label={answer.words[cause] ?? t.whatIf.causeNames[cause]!}
                />{' '}
                <span className="unit">{t.carbon.unit}</span>
              </dd>
            </div>
          ))}
        </dl>
      </Section>
      <Section title={t.whatIf.byCategory}>
        <DataTable
          caption={t.whatIf.byCategory}
          columns={CATEGORY_COLUMNS}
          rows={answer.by_category}
          rowKey={({ scope, category }) => `${scope} ${category}`}
        />
      </Section>
      {answer.changes.length > 0 && (
        <Section title={t.whatIf.changes} note={t.whatIf.changesNote(answer.changes.length, answer.changes_total)}>
          <DataTable
            caption={t.whatIf.changes}
            columns={CHANGE_COLUMNS}
            rows={answer.changes}
            rowKey={({ activity }, index) => `${index} ${activity}`}
            heightMax={420}
          />
        </Section>
      )}
    </div>
  );
}

type Category = WhatIf['by_category'][number];
type Change = WhatIf['changes'][number];
const difference = (before: string, after: string): string =>
  sum([after, before.startsWith('-') ? before.slice(1) : `-${before}`]);
const scopeText = (scope: string, category: string): string =>
  [t.carbon.scopesShort[scope] ?? scope, category && nameOf('category', category)].filter(Boolean).join(', ');

const CATEGORY_COLUMNS: readonly Column<Category>[] = [
  {
    key: 'scope',
    label: t.carbon.dimensions.scope!,
    head: true,
    text: ({ scope, category }) => scopeText(scope, category),
  },
  {
    key: 'before',
    label: t.whatIf.before,
    unit: t.carbon.unit,
    numeric: true,
    text: ({ before_kg }) => tonnesOfKilograms(before_kg),
    cell: ({ before_kg, refs, scope, category }) => (
      <Figure text={inTonnes(before_kg)} of={refs.before} label={scopeText(scope, category)} />
    ),
  },
  {
    key: 'after',
    label: t.whatIf.after,
    unit: t.carbon.unit,
    numeric: true,
    text: ({ after_kg }) => tonnesOfKilograms(after_kg),
    cell: ({ after_kg, refs, scope, category }) => (
      <Figure text={inTonnes(after_kg)} of={refs.after} label={`${scopeText(scope, category)}, ${t.whatIf.after}`} />
    ),
  },
  {
    key: 'difference',
    label: t.whatIf.difference,
    unit: t.carbon.unit,
    numeric: true,
    text: ({ before_kg, after_kg }) => tonnesOfKilograms(difference(before_kg, after_kg)),
    cell: ({ before_kg, after_kg, refs, scope, category }) => (
      <Figure
        text={signed(difference(before_kg, after_kg))}
        of={refs.change}
        label={`${scopeText(scope, category)}, ${t.whatIf.difference}`}
      />
    ),
  },
];

const activityText = ({ activity, entity, country }: Change): string =>
  [activity, entity, country && nameOf('country', country)].filter(Boolean).join(', ');

/** Both sides of an activity are explained together. */
function changeFigure(change: Change, side: 'before' | 'after') {
  const kg = change[side]?.co2e_kg;
  return kg === undefined ? (
    '–'
  ) : (
    <Figure text={inTonnes(kg)} of={change.ref} label={`${activityText(change)}, ${t.whatIf[side]}`} />
  );
}

const CHANGE_COLUMNS: readonly Column<Change>[] = [
  {
    key: 'activity',
    label: t.carbon.dimensions.activity!,
    head: true,
    text: activityText,
  },
  { key: 'scope', label: t.carbon.dimensions.scope!, text: ({ scope, category }) => scopeText(scope, category) },
  {
    key: 'before',
    label: t.whatIf.before,
    unit: t.carbon.unit,
    numeric: true,
    text: ({ before }) => tonnesOfKilograms(before?.co2e_kg ?? '0'),
    cell: (change) => changeFigure(change, 'before'),
  },
  {
    key: 'after',
    label: t.whatIf.after,
    unit: t.carbon.unit,
    numeric: true,
    text: ({ after }) => tonnesOfKilograms(after?.co2e_kg ?? '0'),
    cell: (change) => changeFigure(change, 'after'),
  },
  {
    key: 'factors',
    label: t.whatIf.factors,
    text: ({ before, after }) => factorText(before?.factors, after?.factors),
    cell: ({ before, after }) => <span className="wrap">{factorText(before?.factors, after?.factors)}</span>,
  },
];

function factorText(before: readonly string[] | undefined, after: readonly string[] | undefined): string {
  const [from, to] = [before?.join(', ') ?? '–', after?.join(', ') ?? '–'];
  return from === to ? from : `${from} → ${to}`;
}
