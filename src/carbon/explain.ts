/**
 * The walk from a figure of an inventory to its source: figure -> parts -> lines -> record -> source row, and factor ->
 * release. References:
 *
 *     inventory?gwp=AR5&from=2025-01&scope=2 …      a figure, as `inventory` prints it
 *     emission/<origin seq>.<origin row>.<part>.<decision>?gwp=AR5      one line
 *     factor/<release>/<factor>                      one factor
 *     held?…, check/…, spend/…, total?…, candidate/…   see explainHeld.ts, checks/, scope2/explainTotal.ts, matching/explainCandidate.ts
 */

import { addDays } from '../kernel/dates.ts';
import { Decimal } from '../kernel/decimal.ts';
import { FootingError, shown } from '../kernel/errors.ts';
import type { ExplanationNode, ReadContext, RecordSource } from '../ledger/types.ts';
import { loadCatalogue } from './catalogue/load.ts';
import type { Factor, GwpSetName } from './catalogue/types.ts';
import { explainCheck, isCheckRef } from './checks/explain.ts';
import { explainSpend, isSpendRef } from './checks/explainSpend.ts';
import {
  conditions,
  DEFAULT_GWP,
  type Dimension,
  INVENTORY_DIMENSIONS,
  type InventoryQuery,
  inventoryRef,
  literal,
  sqlOf,
} from './dimensions.ts';
import { explainHeld, isHeldRef } from './explainHeld.ts';
import { factorById, factorsById, releaseById } from './factors/find.ts';
import { figuresOf } from './figures.ts';
import { boundaryFor, type InventoryStatement, inventory, narrowedBy } from './inventory.ts';
import { factorRow, formula, GAS_WORDS, type LineRow } from './lineWords.ts';
import { explainCandidate, isCandidateRef } from './matching/explainCandidate.ts';
import { chosenNode } from './matching/explainChoice.ts';
import { calculationNodes } from './methods/explainCalculation.ts';
import { leaf } from './nodes.ts';
import type { Boundary } from './organisation/boundary.ts';
import { shareAsDecimal } from './organisation/share.ts';
import { asOfOf, gwpOf, queryOf } from './refs.ts';
import { explainMarketTotal, isMarketTotalRef } from './scope2/explainTotal.ts';
import { read } from './sql.ts';
import { FLAG_NAMES, FLAG_WORDS, FLAGS, GASES, type Gas, MASSES } from './tables.ts';

/** How a figure is broken down on the way to its lines. */
const STEPS: readonly Dimension[] = ['scope', 'category', 'factor', 'activity'];
/** What only a decision gives an activity. */
const DECIDED: readonly Dimension[] = ['scope', 'category', 'method', 'factor', 'release'];
const CHILDREN_MAX = 50;

export interface ExplainOptions {
  /** Where a record of `activities` came from. */
  source: (originSeq: number, originRow: number) => Promise<RecordSource>;
  /** Which of the children to list. */
  limit?: number;
  offset?: number;
}

/** True when `explainInventory` understands the reference. */
export function isInventoryRef(ref: string): boolean {
  return /^(inventory\?|inventory$|emission\/|factor\/|held\?|check\/|spend\/|total\?|candidate\/)/.test(ref);
}

/**
 * Explains a reference, one level of children deep.
 * @throws FootingError `malformed` for a reference that cannot be read, `not_found` for one that leads nowhere.
 */
export async function explainInventory(
  context: ReadContext,
  ref: string,
  options: ExplainOptions,
): Promise<ExplanationNode> {
  if (isHeldRef(ref)) return explainHeld(context, ref, options);
  if (isCandidateRef(ref)) return explainCandidate(context, ref);
  if (isSpendRef(ref)) return explainSpend(context, ref, options);
  if (isCheckRef(ref)) return explainCheck(context, ref, options);
  if (isMarketTotalRef(ref)) return explainMarketTotal(context, ref);
  const [path = '', words = ''] = splitOnce(ref, '?');
  const parameters = new URLSearchParams(words);
  if (parameters.has('as_of')) context = { ...context, seq: asOfOf(parameters, context.seq) };
  if (path === 'inventory') {
    const gas = parameters.get('gas');
    parameters.delete('gas');
    const query = queryOf(parameters);
    return gas === null ? explainFigure(context, query, options) : explainGas(context, query, gas, options);
  }
  if (path.startsWith('emission/'))
    return explainLine(context, path.slice('emission/'.length), gwpOf(parameters), options);
  if (path.startsWith('factor/')) return explainFactor(context, path.slice('factor/'.length));
  throw new FootingError('malformed', `Not a reference of the carbon book: ${shown(ref)}`);
}

/**
 * The first step at which a figure has several parts, or its lines: a level with one part only would show the same figure again.
 * `passed` says what all of it belongs to.
 */
async function firstFork(context: ReadContext, query: InventoryQuery) {
  let walked = query;
  const passed: Array<[string, string]> = [];
  for (;;) {
    const fixed = walked.filters ?? {};
    const step = STEPS.find((dimension) => fixed[dimension]?.length !== 1);
    const statement = await inventory(context, { ...walked, groupBy: step ? [step] : ['scope'] });
    const [only, second] = statement.rows;
    const key = step && only?.keys[step];
    // What is beside the scopes is in no total: it is never all of a figure of several scopes.
    if (step === undefined || key === undefined || second || key === 'outside')
      return { step, statement, walked, passed };
    passed.push([step, titleOf(step, key)]);
    walked = { ...walked, filters: { ...fixed, [step]: [key] } };
  }
}

async function explainFigure(
  context: ReadContext,
  query: InventoryQuery,
  options: ExplainOptions,
): Promise<ExplanationNode> {
  const fixed = query.filters ?? {};
  const { step, statement, walked, passed } = await firstFork(context, query);
  const onlyOutside = fixed.scope?.length === 1 && fixed.scope[0] === 'outside';
  const figures = onlyOutside ? statement.outside : statement.total;
  const restatement = figures.not_restatable_kg !== '0';
  // What is held back has no scope, category or factor yet: it says nothing of a figure of one of them.
  const decided = DECIDED.some((dimension) => fixed[dimension] !== undefined);
  const limit = options.limit ?? CHILDREN_MAX;
  const offset = options.offset ?? 0;
  const children = step
    ? statement.rows.slice(offset, offset + limit).map((row) => ({
        ...leaf('part', row.ref, `${titleOf(step, row.keys[step] ?? '')}`, row.co2e_kg),
        facts: [['lines', String(row.lines)]] as Array<[string, string]>,
      }))
    : await lineNodes(context, walked, limit, offset);
  return {
    kind: 'figure',
    ref: inventoryRef(query, {}),
    title: `Greenhouse-gas inventory${describe(query)}`,
    value: figures.co2e_kg,
    unit: 'kg CO2e',
    words: onlyOutside
      ? 'Biogenic CO2 and gases outside the Kyoto basket are shown beside the scopes and are in no total.'
      : `The sum of ${linesOf(figures.lines)}, under the 100-year potentials of ${statement.gwp}.`,
    facts: [
      ['potentials', statement.gwp],
      ...boundaryFacts(statement),
      ['lines', String(figures.lines)],
      ...passed,
      ...GASES.filter((gas) => figures.gases_kg[gas] !== '0').map((gas): [string, string] => [
        `${GAS_WORDS[gas]}, kg`,
        figures.gases_kg[gas],
      ]),
      ...(restatement ? [['cannot be restated, kg CO2e', figures.not_restatable_kg] as [string, string]] : []),
      // Sources that give CO2e alone matter only where this figure would have had to be restated.
      ...FLAG_NAMES.filter((flag) => figures.flags[flag] && (flag !== 'co2e_only' || restatement)).map(
        (flag): [string, string] => [FLAG_WORDS[flag], linesOf(figures.flags[flag])],
      ),
      ...(decided ? [] : statement.held).map((held): [string, string] => [
        `held back: ${held.words}`,
        `${linesOf(held.lines)}${held.quantity ? `, ${held.quantity} ${held.unit}` : ''}${held.amount ? `, ${held.amount} ${held.currency}` : ''}`,
      ]),
    ],
    children,
    childrenTotal: step ? statement.rows.length : figures.lines,
  };
}

/** One gas of a figure: the same steps, and at their end the lines with all that they emit. */
async function explainGas(
  context: ReadContext,
  query: InventoryQuery,
  gas: string,
  options: ExplainOptions,
): Promise<ExplanationNode> {
  const fixed = query.filters ?? {};
  const step = STEPS.find((dimension) => fixed[dimension]?.length !== 1);
  const statement = await inventory(context, { ...query, groupBy: step ? [step, 'gas'] : ['gas'] });
  const rows = statement.rows.filter(({ keys }) => keys.gas === gas);
  if (rows.length === 0) throw new FootingError('not_found', `The figure has no ${shown(gas)}.`);
  const value = rows.reduce((sum, { co2e_kg }) => sum.add(Decimal.parse(co2e_kg)), Decimal.ZERO);
  const lines = rows.reduce((sum, row) => sum + row.lines, 0);
  const offset = options.offset ?? 0;
  const limit = options.limit ?? CHILDREN_MAX;
  const name = GAS_WORDS[gas as Gas] ?? gas;
  const children = step
    ? rows.slice(offset, offset + limit).map((row) => ({
        ...leaf('part', row.ref, titleOf(step, row.keys[step] ?? ''), row.co2e_kg),
        facts: [['lines', String(row.lines)]] as Array<[string, string]>,
      }))
    : await lineNodes(context, query, limit, offset);
  return {
    kind: 'figure',
    ref: `${inventoryRef(query, {})}&gas=${encodeURIComponent(gas)}`,
    title: `${name}${describe(query)}`,
    value: value.toString(),
    unit: 'kg CO2e',
    words: step
      ? `What ${linesOf(lines)} emit of it, under the 100-year potentials of ${statement.gwp}.`
      : `What ${linesOf(lines)} emit of it, under the 100-year potentials of ${statement.gwp}. The lines are listed with all of their gases.`,
    facts: [['potentials', statement.gwp], ...boundaryFacts(statement), ['lines', String(lines)]],
    children,
    childrenTotal: step ? rows.length : statement.rows.reduce((most, row) => Math.max(most, row.lines), 0),
  };
}

function boundaryFacts({ boundary }: InventoryStatement): Array<[string, string]> {
  if (!boundary) return [];
  return [
    [
      'boundary',
      `${boundary.approach}${boundary.parent === null ? ', no ownership stated' : ` of ${boundary.parent}`}`,
    ],
    ['left out by the boundary, kg CO2e', boundary.excluded.co2e_kg],
  ];
}

/** What a line is, as far as it stands on the line itself. */
const LINE_COLUMNS = `toString(t.key_hash) AS key_hash, t.seq AS seq, t.origin_seq AS origin_seq, t.origin_row AS origin_row, t.part AS part,
  t.match AS match, toString(t.entity) AS entity, toString(t.month) AS month, t.day AS day, t.days AS days, toString(t.used) AS used,
  t.flags AS line_flags, toString(t.data_quality) AS data_quality, '1' AS lines,
  ${MASSES.map((mass) => `toString(t.${mass}) AS ${mass}`).join(', ')}`;
const DECISION_COLUMNS = `match, activity, scope, category, method, factor_id, unit, stated_unit, currency, basis, ratio, year, gwp_source,
  other_gas, chosen_by, calculation, fx, toString(descriptor) AS descriptor`;
const RECORD_COLUMNS = `origin_seq, origin_row, external_id, toString(quantity) AS quantity, toString(amount) AS amount,
  toString(start_date) AS start_date, toString(coalesce(end_date, start_date)) AS end_date`;

/**
 * Lines in force, the largest first: those for which `lines` (on the alias t) holds, of decisions for which `decisions` (on the
 * alias m) holds. What they say of their decisions and records is looked up for the lines that are listed.
 */
async function readLines(
  context: ReadContext,
  { lines, decisions, parameters }: { lines: string; decisions: string; parameters: Record<string, unknown> },
  limit: number,
  offset: number,
): Promise<LineRow[]> {
  const decided =
    decisions === '1' ? '' : `AND t.match IN (SELECT m.match FROM matches AS m WHERE m.sign = 1 AND ${decisions})`;
  const found = await read<Record<string, string>>(
    context,
    `
SELECT ${LINE_COLUMNS}
FROM emissions AS t
WHERE ${lines}
  ${decided}
  AND t.sign = 1
  AND (t.key_hash, t.origin_seq, t.origin_row, t.part, t.match) NOT IN (
    SELECT key_hash, origin_seq, origin_row, part, match FROM emissions WHERE sign = -1 AND seq <= {seq:UInt64})
ORDER BY abs(t.co2e_source) DESC, t.origin_seq, t.origin_row, t.part, t.match
LIMIT {limit:UInt32} OFFSET {offset:UInt32}`,
    { ...parameters, limit, offset },
  );
  if (found.length === 0) return [];
  const list = (name: string) => [...new Set(found.map((row) => row[name]!))].map(BigInt);
  const [decisionRows, records] = await Promise.all([
    read<Record<string, string>>(
      context,
      `SELECT ${DECISION_COLUMNS} FROM matches WHERE sign = 1 AND match IN {matches:Array(UInt64)}`,
      { matches: list('match') },
    ),
    read<Record<string, string>>(
      context,
      `SELECT ${RECORD_COLUMNS} FROM activities WHERE sign = 1 AND seq <= {seq:UInt64} AND key_hash IN {keys:Array(UInt64)}`,
      { seq: context.seq, keys: list('key_hash') },
    ),
  ]);
  const origin = (row: Record<string, string>) => `${row.origin_seq}.${row.origin_row}`;
  const decisionOf = new Map(decisionRows.map((row) => [row.match, row]));
  const recordOf = new Map(records.map((row) => [origin(row), row]));
  return found.map(
    (row) => ({ ...decisionOf.get(row.match!), ...recordOf.get(origin(row)), ...row }) as unknown as LineRow,
  );
}

async function lineNodes(
  context: ReadContext,
  query: InventoryQuery,
  limit: number,
  offset: number,
): Promise<ExplanationNode[]> {
  const gwp = query.gwp ?? DEFAULT_GWP;
  const narrowed = await narrowedBy(context, query);
  if (query.approach === undefined) {
    const rows = await readLines(context, conditions(narrowed, context.seq), limit, offset);
    const factors = await factorsOf(context, rows);
    return rows.map((row) => lineNode(row, factors.get(row.factor_id), gwp, query.asOf));
  }
  const { boundary, names } = await boundaryFor(context, { ...narrowed, approach: query.approach });
  const rows = await readLines(context, boundedConditions(narrowed, context.seq, boundary, names), limit, offset);
  const factors = await factorsOf(context, rows);
  return rows.map((row) => boundedLine(lineNode(row, factors.get(row.factor_id), gwp, query.asOf), row, boundary));
}

function factorsOf(context: ReadContext, rows: readonly LineRow[]): Promise<Map<string, Factor>> {
  return factorsById(
    context,
    context.seq,
    rows.map((row) => row.factor_id),
  );
}

/** The conditions of a query with scope and category as the boundary shows them: leased assets may have been moved. */
function boundedConditions(query: InventoryQuery, seq: number, boundary: Boundary, names: readonly string[]) {
  const { scope, category, ...others } = query.filters ?? {};
  const counting = names.filter((name) => boundary.of(name).stretches.some(({ share }) => !share.isZero()));
  const entity = query.filters?.entity?.filter((name) => counting.includes(name)) ?? counting;
  const plain = conditions({ ...query, filters: { ...others, entity } }, seq);
  const moved = new Map(
    counting.flatMap((name) => (boundary.of(name).moved === 0 ? [] : [[name, boundary.of(name).moved]])),
  );
  const shownAs = [
    ...(scope ? [`${sqlOf('scope', SHOWN)} IN ${literal(scope)}`] : []),
    ...(category ? [`${sqlOf('category', SHOWN)} IN ${literal(category)}`] : []),
  ];
  if (shownAs.length === 0) return plain;
  const to =
    moved.size === 0
      ? '0'
      : `transform(toString(t.entity), ${literal(moved.keys())}, [${[...moved.values()].join(', ')}], 0)`;
  // Which decisions are shown so, for assets that stay and for those that are moved to either category.
  const under = (category_: number) => {
    const [one, other] =
      category_ === 0
        ? ['toInt32(m.scope)', 'toInt32(m.category)']
        : [`if(m.scope IN (1, 2), 3, toInt32(m.scope))`, `if(m.scope IN (1, 2), ${category_}, toInt32(m.category))`];
    const where = shownAs.map((condition) =>
      condition.replaceAll('shown_scope', one).replaceAll('shown_category', other),
    );
    return `(${to} = ${category_} AND t.match IN (SELECT m.match FROM matches AS m WHERE m.sign = 1 AND m.held = '' AND ${where.join(' AND ')}))`;
  };
  const kinds = [0, ...new Set(moved.values())];
  return { ...plain, lines: `${plain.lines}\n  AND (${kinds.map(under).join(' OR ')})` };
}

const SHOWN = { scope: 'shown_scope', category: 'shown_category' };

/** A line at the share that counts. */
function boundedLine(node: ExplanationNode, row: LineRow, boundary: Boundary): ExplanationNode {
  const first = addDays(`${row.month.slice(0, 7)}-01`, row.day - 1);
  const share = boundary.shareOver(row.entity, first, addDays(first, row.days - 1));
  return {
    ...node,
    value: Decimal.parse(node.value ?? '0')
      .mul(shareAsDecimal(share))
      .toString(),
    facts: [['counted wholly, kg CO2e', node.value ?? '0'], ['share', share.toString()], ...node.facts],
  };
}

async function explainLine(
  context: ReadContext,
  id: string,
  gwp: GwpSetName,
  options: ExplainOptions,
): Promise<ExplanationNode> {
  const parts = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(id);
  if (!parts) throw new FootingError('malformed', `Not a reference to a line: ${shown(id)}`);
  const [, origin_seq, origin_row, part, match] = parts;
  const lines =
    't.seq <= {seq:UInt64} AND t.origin_seq = {origin_seq:UInt64} AND t.origin_row = {origin_row:UInt32} AND t.part = {part:UInt16} AND t.match = {match:UInt64}';
  const parameters = { seq: context.seq, origin_seq, origin_row, part, match };
  const [row] = await readLines(context, { lines, decisions: '1', parameters }, 1, 0);
  if (!row) throw new FootingError('not_found', `There is no line ${id} as of entry ${context.seq}`);
  const factor = await factorById(context, context.seq, row.factor_id);
  const node = lineNode(row, factor, gwp);
  const source = await options.source(Number(row.origin_seq), Number(row.origin_row));
  const chosen = await chosenNode(context, row.chosen_by, context.seq);
  const children = [
    recordNode(row, source),
    ...(await calculationNodes(context, row, context.seq)),
    ...(chosen ? [chosen] : []),
    await explainFactor(context, row.factor_id),
  ];
  return { ...node, children, childrenTotal: children.length };
}

function lineNode(row: LineRow, factor: Factor | undefined, gwp: GwpSetName, asOf?: number): ExplanationNode {
  const figures = figuresOf([row], gwp);
  const id = `${row.origin_seq}.${row.origin_row}.${row.part}.${row.match}`;
  return {
    kind: 'posting',
    ref: `emission/${id}?gwp=${gwp}${asOf === undefined ? '' : `&as_of=${asOf}`}`,
    title: `${row.external_id}: ${row.activity}, ${row.month.slice(0, 7)}${row.entity ? `, ${row.entity}` : ''}`,
    value: figures.co2e_kg,
    unit: 'kg CO2e',
    words: formula(row, factor, figures, gwp),
    facts: [
      ['scope', row.scope === 0 ? 'outside the scopes' : String(row.scope)],
      ...(row.category === 0 ? [] : [['category', String(row.category)] as [string, string]]),
      ['method', row.method],
      ['factor', row.factor_id],
      ...(row.other_gas ? [['other gas', row.other_gas] as [string, string]] : []),
      ...GASES.filter((gas) => figures.gases_kg[gas] !== '0').map((gas): [string, string] => [
        `${GAS_WORDS[gas]}, kg`,
        figures.gases_kg[gas],
      ]),
      ...FLAG_NAMES.filter((flag) => (row.line_flags & FLAGS[flag]) !== 0).map((flag): [string, string] => [
        'note',
        FLAG_WORDS[flag],
      ]),
      ...(row.data_quality ? [['data quality', row.data_quality] as [string, string]] : []),
      ['posted by entry', row.seq],
    ],
    children: [],
    childrenTotal: 2,
  };
}

function recordNode(row: LineRow, source: RecordSource): ExplanationNode {
  return {
    kind: 'record',
    ref: null,
    title: `Activity ${row.external_id}`,
    value: row.basis === 'spend' ? row.amount : row.quantity,
    unit: row.basis === 'spend' ? row.currency : row.stated_unit,
    words: `Stated in entry ${source.entrySeq} by ${source.actor} at ${source.recordedAt}${source.fileName ? `, file ${source.fileName}, row ${source.row}` : ''}.`,
    facts: [
      ['entry', String(source.entrySeq)],
      ['row', String(source.row)],
      ...(source.fileName ? [['file', source.fileName] as [string, string]] : []),
      ...(source.evidence ? [['evidence (SHA-256)', source.evidence] as [string, string]] : []),
    ],
    children: [
      {
        ...leaf(
          'row',
          null,
          source.fileName ? `Row ${source.row} of ${source.fileName}` : `Row ${source.row} as posted`,
          null,
        ),
        unit: null,
        facts: Object.entries(source.cells),
      },
    ],
    childrenTotal: 1,
  };
}

async function explainFactor(context: ReadContext, id: string): Promise<ExplanationNode> {
  const factor = await factorById(context, context.seq, id);
  if (!factor) throw new FootingError('not_found', `There is no factor ${shown(id)}`);
  const release = await releaseById(context, context.seq, factor.release);
  return {
    kind: 'factor',
    ref: `factor/${id}`,
    title: factor.name,
    value: figuresOf([factorRow(factor)], factor.gwpSource).co2e_kg,
    unit: `kg CO2e/${factor.unit.code}`,
    words: factor.notes || null,
    facts: [
      ['region', factor.region],
      ['valid', `from ${factor.validFrom} until before ${factor.validTo || 'further notice'}`],
      ['potentials of the source', factor.gwpSource],
      ...GASES.filter((gas) => Number(factor.gases[gas]) !== 0).map((gas): [string, string] => [
        `${GAS_WORDS[gas]}, kg/${factor.unit.code}`,
        factor.gases[gas],
      ]),
      ...(factor.gases.other_gas ? [['other gas', factor.gases.other_gas] as [string, string]] : []),
      ...(factor.derivedFromCo2e ? [['gases', 'derived from the published CO2e of each gas'] as [string, string]] : []),
      ...(factor.uncertaintyPercent === undefined
        ? []
        : [['uncertainty, 95 %', `± ${factor.uncertaintyPercent} %`] as [string, string]]),
      ['table', factor.sourceTable],
      ['row', factor.sourceRow],
    ],
    children: release
      ? [
          {
            ...leaf('release', null, release.title, null),
            unit: null,
            facts: [
              ['publisher', release.publisher],
              ['edition', release.edition],
              ['licence', release.licence],
              ['attribution', release.attribution],
              ['address', release.url],
              ['content (SHA-256)', release.contentHash],
            ],
          },
        ]
      : [],
    childrenTotal: release ? 1 : 0,
  };
}

const linesOf = (count: number | undefined): string => (count === 1 ? '1 line' : `${count ?? 0} lines`);

function titleOf(dimension: Dimension, value: string): string {
  if (dimension === 'scope') return value === 'outside' ? 'Outside the scopes' : `Scope ${value}`;
  if (dimension === 'category') return value === '' ? 'No category' : `Category ${value}`;
  if (dimension === 'factor') return loadCatalogue().byId(value)?.name ?? value;
  return value;
}

function describe(query: InventoryQuery): string {
  const said = [
    query.from || query.to ? `${query.from ?? '…'} to ${query.to ?? '…'}` : '',
    ...INVENTORY_DIMENSIONS.flatMap((dimension) => {
      const values = query.filters?.[dimension];
      return values
        ? [
            values
              .map((value) => (dimension === 'scope' || dimension === 'category' ? titleOf(dimension, value) : value))
              .join(' or '),
          ]
        : [];
    }),
  ].filter((part) => part !== '');
  return said.length === 0 ? '' : `: ${said.join(', ')}`;
}

function splitOnce(text: string, mark: string): [string, string?] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
