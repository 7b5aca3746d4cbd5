/** Factors that an account states itself, as of an entry: the same shape as those of the catalogue, in the release `own`. */
import { parseUnit } from '../../kernel/units.ts';
import type { Factor, GwpSetName, LifeCycleStage, Method, Release, Scope } from '../catalogue/types.ts';
import { OWN_RELEASE } from '../decide.ts';
import { type Place, read } from '../sql.ts';

interface Row {
  external_id: string;
  name: string;
  unit: string;
  co2e_kg: string | null;
  co2_kg: string | null;
  ch4_kg: string | null;
  n2o_kg: string | null;
  ch4_fossil_kg: string | null;
  co2_biogenic_kg: string | null;
  other_gas: string;
  other_gas_kg: string | null;
  gwp_set: string;
  scope: string;
  category: string | null;
  method: string;
  life_cycle_stage: string;
  region: string;
  valid_from: string | null;
  valid_to: string | null;
  supplier: string;
  uncertainty_percent: string | null;
  source_document: string;
  notes: string;
  origin_seq: string;
  origin_row: number;
}

/** The state while none was ever stated. */
export const NO_FACTORS = '0.0';

/** What names the state of the account's factors as of `seq`: entries never change. */
export async function ownFactorsState(place: Place, seq: number): Promise<string> {
  const [row] = await read<{ state: string }>(
    place,
    `SELECT concat(toString(max(seq)), '.', toString(count())) AS state FROM factors WHERE seq <= {seq:UInt64}`,
    { seq },
  );
  return row!.state;
}

/** The account's own factors in force as of `seq`, by id. */
export async function ownFactors(place: Place, seq: number): Promise<Factor[]> {
  const rows = await read<Row>(
    place,
    `
    SELECT * EXCEPT (seq, sign, key_hash),
      toString(co2e_kg) AS co2e_kg, toString(co2_kg) AS co2_kg, toString(ch4_kg) AS ch4_kg, toString(n2o_kg) AS n2o_kg,
      toString(ch4_fossil_kg) AS ch4_fossil_kg, toString(co2_biogenic_kg) AS co2_biogenic_kg,
      toString(other_gas_kg) AS other_gas_kg, toString(category) AS category,
      toString(uncertainty_percent) AS uncertainty_percent, toString(valid_from) AS valid_from, toString(valid_to) AS valid_to
    FROM factors
    WHERE seq <= {seq:UInt64}
      AND sign = 1
      AND (key_hash, origin_seq, origin_row) NOT IN (
        SELECT key_hash, origin_seq, origin_row FROM factors WHERE sign = -1 AND seq <= {seq:UInt64})
    ORDER BY external_id, origin_seq, origin_row`,
    { seq },
  );
  return rows.map(factorOf);
}

function factorOf(row: Row): Factor {
  const scope = row.scope as Scope;
  const unit = parseUnit(row.unit);
  const split = row.co2_kg !== null || row.other_gas_kg !== null || row.ch4_fossil_kg !== null;
  return {
    id: `${OWN_RELEASE}/${row.external_id}`,
    release: OWN_RELEASE,
    name: row.name,
    aliases: [],
    accompanies: '',
    scope,
    category: scope === '3' ? Number(row.category ?? '1') : null,
    alsoCategories: scope === '3' ? EVERY_CATEGORY : [],
    // An average per unit of money is no supplier's own figure, and must not count as primary data.
    method: (row.method ||
      (unit.dimension === 'currency' && row.supplier === '' ? 'spend-based' : 'supplier-specific')) as Method,
    lifeCycleStage: row.life_cycle_stage as LifeCycleStage,
    unit,
    region: row.region.trim().toUpperCase(),
    validFrom: row.valid_from ?? '1990-01-01',
    validTo: row.valid_to ?? '',
    gases: {
      co2_fossil: row.co2_kg ?? '0',
      co2_biogenic: row.co2_biogenic_kg ?? '0',
      ch4_fossil: row.ch4_fossil_kg ?? '0',
      ch4_non_fossil: row.ch4_kg ?? '0',
      n2o: row.n2o_kg ?? '0',
      co2e_unsplit: split ? '0' : (row.co2e_kg ?? '0'),
      other_gas: row.other_gas,
      other_kg: row.other_gas_kg ?? '0',
    },
    co2eSource: row.co2e_kg,
    co2eOfCh4Source: null,
    co2eOfN2oSource: null,
    gwpSource: row.gwp_set as GwpSetName,
    derivedFromCo2e: false,
    sourceTable: row.source_document || row.supplier || 'stated by the account',
    sourceRow: `${row.external_id}, entry ${row.origin_seq}, row ${row.origin_row}`,
    notes: [row.supplier, row.notes].filter((text) => text !== '').join(': '),
    ...(row.uncertainty_percent === null ? {} : { uncertaintyPercent: row.uncertainty_percent }),
  };
}

const EVERY_CATEGORY = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/** What stands for the publication of own factors. */
export const OWN_PUBLICATION: Release = {
  id: OWN_RELEASE,
  title: 'Factors that the account states itself',
  publisher: 'the account',
  year: 0,
  edition: '',
  licence: 'own data',
  licenceUrl: '',
  attribution: '',
  url: '',
  gwpSource: 'AR5',
  notes: [],
  counts: { rowsRead: 0, factors: 0, left: {} },
  contentHash: '',
};
