/** The organisation: what belongs to what, who owns and controls it when, and what counts of it under an approach. */
import { SegmentedControl } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type Entity, type Organisation as Report, useOrganisation, useOrganisationCheck } from '../../api/carbon.ts';
import { useParameter, useSetAddress } from '../../app/address.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Empty, Section, Shown } from '../../components/Page.tsx';
import { day } from '../../format/dates.ts';
import { t } from '../../texts.ts';
import { MonthRange } from '../revenue/RevenueHead.tsx';
import { CarbonHead } from './CarbonHead.tsx';
import { nameOf } from './names.ts';
import { OwnershipChart } from './OwnershipChart.tsx';
import { useCarbonRange } from './range.ts';
import { shareText } from './shares.ts';

const APPROACHES = ['equity', 'financial', 'operational'] as const;

export function Organisation() {
  const setAddress = useSetAddress();
  const range = useCarbonRange();
  const asked = useParameter('approach');
  const approach = APPROACHES.find((one) => one === asked) ?? 'operational';
  const { from, to, ready } = range;
  const organisation = useOrganisation(
    { approach, ...(from && to ? { from: from.slice(0, 7), to: to.slice(0, 7) } : {}) },
    ready,
  );
  return (
    <>
      <CarbonHead title={t.organisation.title}>
        <SegmentedControl
          aria-label={t.boundary.approach}
          value={approach}
          data={APPROACHES.map((value) => ({ value, label: t.boundary.approaches[value]! }))}
          onChange={(value) => setAddress({ approach: value })}
        />
        <MonthRange from={from} to={to} />
      </CarbonHead>
      <Findings />
      <Shown of={organisation} height={420}>
        {(report) =>
          report.entities.length === 0 ? (
            <Section title={t.organisation.title}>
              <Empty title={t.organisation.emptyTitle}>
                <Link to="/imports">{t.overview.emptyAction}</Link>
              </Empty>
            </Section>
          ) : (
            <>
              <Section title={t.organisation.tree} note={t.organisation.treeNote(report.parent)}>
                <Tree report={report} />
              </Section>
              <Ownership report={report} />
            </>
          )
        }
      </Shown>
    </>
  );
}

function Findings() {
  const check = useOrganisationCheck();
  const findings = check.data?.findings ?? [];
  if (findings.length === 0) return null;
  return (
    <Section title={t.organisation.findings}>
      <ul>
        {findings.map((finding) => (
          <li key={JSON.stringify(finding)} className={finding.severity === 'contradiction' ? 'bad' : undefined}>
            {finding.entity}: {finding.words}
            {finding.from !== null && ` (${day(finding.from)}${finding.to === null ? '' : ` – ${day(finding.to)}`})`}
          </li>
        ))}
      </ul>
    </Section>
  );
}

interface Node {
  entity: Entity;
  depth: number;
}

/** Every entity under the one that it belongs to; what stands in a circle is listed once, at its end. */
function nodesOf({ entities, roots }: Report): Node[] {
  const byId = new Map(entities.map((entity) => [entity.id, entity]));
  const nodes: Node[] = [];
  const seen = new Set<string>();
  const walk = (id: string, depth: number) => {
    const entity = byId.get(id);
    if (!entity || seen.has(id)) return;
    seen.add(id);
    nodes.push({ entity, depth });
    for (const child of entity.children) walk(child, depth + 1);
  };
  for (const root of roots) walk(root, 0);
  for (const { id } of entities) walk(id, 0);
  return nodes;
}

function Tree({ report }: { report: Report }) {
  const columns: Column<Node>[] = [
    {
      key: 'name',
      label: t.carbon.dimensions.entity!,
      head: true,
      text: ({ entity }) => entity.name || entity.id,
      cell: ({ entity, depth }) => (
        <span style={{ paddingLeft: depth * 18 }}>
          {depth > 0 && <span className="dimmed">└ </span>}
          {entity.name || entity.id}
        </span>
      ),
    },
    { key: 'id', label: t.organisation.key, text: ({ entity }) => entity.id },
    { key: 'kind', label: t.organisation.kind, text: ({ entity }) => entity.kind },
    {
      key: 'country',
      label: t.carbon.dimensions.country!,
      text: ({ entity }) => entity.country,
      cell: ({ entity }) => entity.country && nameOf('country', entity.country),
    },
    {
      key: 'share',
      label: t.organisation.counts,
      numeric: true,
      text: ({ entity }) => sharesText(entity),
    },
    {
      key: 'reason',
      label: t.organisation.reason,
      text: ({ entity }) => reasonText(entity),
      cell: ({ entity }) => <span className="wrap-short">{reasonText(entity)}</span>,
    },
    {
      key: 'dates',
      label: t.organisation.dates,
      text: ({ entity }) => datesText(entity),
    },
    {
      key: 'inventory',
      label: '',
      text: () => '',
      cell: ({ entity }) => (
        <Link
          to="/carbon"
          search={{ entity: entity.id } as never}
          aria-label={`${t.carbon.inventory}: ${entity.name || entity.id}`}
        >
          {t.carbon.inventory}
        </Link>
      ),
    },
  ];
  const nodes = nodesOf(report);
  // A column in which nobody has anything to say is left out.
  const shown = columns.filter(
    ({ key, text }) => !['reason', 'dates'].includes(key) || nodes.some((node) => text(node) !== ''),
  );
  return (
    <DataTable
      caption={t.organisation.tree}
      columns={shown}
      rows={nodes}
      rowKey={({ entity }) => entity.id}
      note={t.common.asOfEntry(report.seq)}
      heightMax={560}
    />
  );
}

const reasonText = ({ reason, lease, lease_role }: Entity): string =>
  [reason, lease && `${lease} ${lease_role}`].filter(Boolean).join('; ');

const datesText = ({ opened, closed }: Entity): string => [opened, closed].filter(Boolean).join(' – ');

const sharesText = ({ shares }: Entity): string =>
  shares === null
    ? ''
    : shares
        .map(({ from, share }, index) => (index === 0 ? shareText(share) : `${shareText(share)} (${day(from)})`))
        .join(' → ');

type Owned = Entity['owners'][number];

function Ownership({ report }: { report: Report }) {
  const owned = report.entities.flatMap(({ owners }) => owners);
  if (owned.length === 0) {
    return (
      <Section title={t.organisation.ownership}>
        <p className="dimmed">{t.organisation.noOwnership}</p>
      </Section>
    );
  }
  const columns: Column<Owned>[] = [
    { key: 'owned', label: t.organisation.owned, head: true, text: ({ owned: id }) => id },
    { key: 'owner', label: t.organisation.owner, text: ({ owner }) => owner },
    { key: 'equity', label: t.organisation.equity, numeric: true, text: ({ equity_share }) => shareText(equity_share) },
    {
      key: 'financial',
      label: t.boundary.approaches.financial!,
      text: ({ financial_control }) => t.organisation.control[financial_control] ?? financial_control,
    },
    {
      key: 'operational',
      label: t.boundary.approaches.operational!,
      text: ({ operational_control }) => t.organisation.control[operational_control] ?? operational_control,
    },
    {
      key: 'from',
      label: t.common.from,
      text: ({ valid_from }) => valid_from,
      cell: ({ valid_from }) => day(valid_from),
    },
    {
      key: 'to',
      label: t.organisation.until,
      text: ({ valid_to }) => valid_to ?? '',
      cell: ({ valid_to }) =>
        valid_to === null ? <span className="dimmed">{t.organisation.open}</span> : day(valid_to),
    },
  ];
  return (
    <Section title={t.organisation.ownership} note={t.organisation.ownershipNote}>
      <OwnershipChart owned={owned} />
      <DataTable
        caption={t.organisation.ownership}
        columns={columns}
        rows={owned}
        rowKey={({ owned: id, owner, valid_from }) => `${id} ${owner} ${valid_from}`}
        heightMax={420}
      />
    </Section>
  );
}
