/** The carbon book's sample files: activities with the blemishes of real data, and the corrections that followed. */
import { type Activity, activities } from './activities.ts';
import { csv } from './csv.ts';

const HEADER = [
  'external_id',
  'entity',
  'activity',
  'quantity',
  'unit',
  'amount',
  'currency',
  'start_date',
  'end_date',
  'country',
  'region',
  'supplier',
  'category',
  'data_quality',
  'notes',
  'attributes.reference',
  'attributes.cost_centre',
];

/** File name -> text. */
export function carbonFiles(): Record<string, string> {
  const good = activities();
  const { rows, corrections } = blemished(good);
  return {
    'activities.csv': activitiesFile(rows),
    'activities-corrections.csv': activitiesFile(corrections),
  };
}

function activitiesFile(rows: readonly Activity[]): string {
  return csv(
    HEADER,
    rows.map((row) => [
      row.externalId,
      row.entity,
      row.activity,
      row.quantity,
      row.unit,
      row.amount,
      row.currency,
      row.start,
      row.end,
      row.country,
      row.region,
      row.supplier,
      row.category,
      row.dataQuality,
      row.notes,
      row.reference,
      row.costCentre,
    ]),
  );
}

/** A cell that cannot be read or understood, in the file as first handed in; the corrections hold the row as it should have been. */
const UNREADABLE: ReadonlyArray<{ externalId: string; change: Partial<Activity> }> = [
  { externalId: 'DSL-00140', change: { quantity: '59,26 l' } },
  { externalId: 'DSL-01277', change: { start: '2024-13-08' } },
  { externalId: 'PET-00055', change: { quantity: 'n/a' } },
  { externalId: 'FRT-00412', change: { end: '2023-02-29' } },
  { externalId: 'FRT-01899', change: { quantity: '', amount: '', currency: '' } },
  { externalId: 'HTL-00731', change: { currency: 'EURO' } },
  { externalId: 'WST-00102', change: { unit: '' } },
  { externalId: 'AIR-01020', change: { activity: '' } },
];

/** Read without complaint, yet wrong: found when the figures were looked at, and put right by the corrections. */
const MISTAKEN: ReadonlyArray<{ externalId: string; change: Partial<Activity>; note: string }> = [
  { externalId: 'GAS-00005', change: { quantity: '3667410' }, note: 'Typed with one digit too many; invoice checked' },
  {
    externalId: 'ELE-00191',
    change: { quantity: '19280', dataQuality: 'estimated' },
    note: 'Estimate replaced by the actual reading',
  },
  { externalId: 'OIL-00021', change: { quantity: '1997.0' }, note: 'Decimal point was lost; delivery note checked' },
];

function blemished(good: readonly Activity[]): { rows: Activity[]; corrections: Activity[] } {
  const byId = new Map(good.map((row) => [row.externalId, row]));
  const changed = new Map<string, Activity>();
  const corrections: Activity[] = [];
  const change = (externalId: string, to: Partial<Activity>, note?: string): void => {
    const row = byId.get(externalId);
    if (row === undefined) throw new Error(`The sample has no activity ${externalId} to change`);
    changed.set(externalId, { ...row, ...to });
    corrections.push(note === undefined ? row : { ...row, notes: note });
  };
  for (const { externalId, change: to } of UNREADABLE) change(externalId, to);
  for (const { externalId, change: to, note } of MISTAKEN) change(externalId, to, note);
  const rows = [...good.map((row) => changed.get(row.externalId) ?? row), ...unmatched(good), ...creditNotes(good)];
  rows.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : a.externalId < b.externalId ? -1 : 1));
  return { rows, corrections };
}

/** What no catalogue factor fits: services bought by amount, a unit nobody knows, a site that is not among the entities. */
function unmatched(good: readonly Activity[]): Activity[] {
  const services = [
    { activity: 'Cloud hosting', supplier: 'Cumulant Cloud', base: 41_000 },
    { activity: 'Legal and audit services', supplier: 'Harcastle & Dunn LLP', base: 12_500 },
    { activity: 'Staff catering', supplier: 'Green Table', base: 8_300 },
    // The name of a factor per dollar: converted and deflated.
    { activity: 'Spend, Data Processing, Hosting, and Related Services', supplier: 'Nimbus Desk Ltd', base: 6_400 },
  ];
  const hq = good.filter((row) => row.entity === 'reading-hq' && row.activity.startsWith('Electricity, '));
  const bought = hq.flatMap((month, index) =>
    services.map(({ activity, supplier, base }, service) => ({
      ...month,
      externalId: `SVC-${String(index * services.length + service + 1).padStart(5, '0')}`,
      activity,
      quantity: '',
      unit: '',
      amount: `${base + ((index * 7919 + service * 104_729) % 4000)}.00`,
      currency: 'GBP',
      supplier,
      category: '1',
      reference: '',
      dataQuality: 'measured',
    })),
  );
  const crates = good
    .filter((row) => row.activity === 'Material, plastics: average plastics, primary production')
    .slice(40, 46)
    .map((row, index) => ({
      ...row,
      externalId: `PUR-X${index + 1}`,
      quantity: '14',
      unit: 'crate',
      notes: 'Weight not on the delivery note',
    }));
  const elsewhere = hq.slice(16).map((row, index) => ({
    ...row,
    externalId: `ELE-P${index + 1}`,
    entity: 'porto-lab',
    quantity: String(3100 + index * 37),
    amount: '',
    currency: '',
    country: 'PT',
    activity: 'Electricity, Portugal',
    supplier: 'Douro Energia',
    reference: 'porto-lab-E1',
    notes: 'Opened in May 2025',
  }));
  return [...bought, ...crates, ...elsewhere];
}

/** Suppliers' corrections by credit note: negative quantities. */
function creditNotes(good: readonly Activity[]): Activity[] {
  return ['GAS-00011', 'DSL-00873', 'PUR-00120'].map((externalId, index) => {
    const row = good.find((each) => each.externalId === externalId);
    if (row === undefined) throw new Error(`The sample has no activity ${externalId} to credit`);
    const part = (value: string): string => (value === '' ? '' : `-${(Number(value) * 0.25).toFixed(2)}`);
    return {
      ...row,
      externalId: `CRN-${index + 1}`,
      quantity: part(row.quantity),
      amount: part(row.amount),
      notes: `Credit note for ${externalId}`,
    };
  });
}
