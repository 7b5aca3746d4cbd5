/** Reads the releases that ship with the product, and finds factors by the name of an activity. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FootingError } from '../../kernel/errors.ts';
import { parseUnit, type Unit } from '../../kernel/units.ts';
import { readCells } from './csv.ts';
import { FACTOR_COLUMNS, LIST_SEPARATOR, UNCERTAINTY_COLUMN } from './format.ts';
import type { Factor, GwpSetName, LifeCycleStage, Method, Release, Scope } from './types.ts';

const FOLDER = new URL('../../../catalogue/releases/', import.meta.url);

export interface Catalogue {
  releases: readonly Release[];
  factors: readonly Factor[];
  /**
   * Factors that an activity of this name can mean, through all releases: first those of that very name, then those that
   * have it as an alias. Names are compared by {@link nameKey}; region, validity and unit decide among them.
   */
  named(name: string): readonly Factor[];
  /** Factors of the same release that go along with a factor: well-to-tank, losses, biogenic CO2. */
  companions(factor: Factor): readonly Factor[];
  byId(id: string): Factor | undefined;
  release(id: string): Release | undefined;
}

let loaded: Catalogue | undefined;

/**
 * The shipped catalogue, and the releases in the folder that FOOTING_CATALOGUE names, of the same shape; read once per process.
 * @throws FootingError `corrupt` when a file does not have the shape that catalogue/README.md describes.
 */
export function loadCatalogue(): Catalogue {
  if (loaded === undefined) {
    const own = process.env.FOOTING_CATALOGUE?.trim();
    loaded = readCatalogue(FOLDER, ...(own ? [pathToFileURL(`${resolve(own)}/`)] : []));
  }
  return loaded;
}

/** A catalogue out of folders with one folder per release; no two releases have the same name. */
export function readCatalogue(...folders: URL[]): Catalogue {
  const found = folders.flatMap((folder) => releaseNames(folder).map((id) => ({ folder, id })));
  found.sort((a, b) => (a.id < b.id ? -1 : 1));
  const releases: Release[] = [];
  const factors: Factor[] = [];
  for (const { folder, id } of found) {
    if (releases.some((release) => release.id === id))
      throw new FootingError('corrupt', `The catalogue has two releases ${id}`);
    const read = readRelease(new URL(`${id}/`, folder), id);
    releases.push(read.release);
    for (const factor of read.factors) factors.push(factor);
  }
  return index(releases, factors);
}

function releaseNames(folder: URL): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch (error) {
    throw new FootingError('corrupt', `The catalogue cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** How names are compared: without regard to capitals, accents' encoding and the amount of white space. */
export function nameKey(name: string): string {
  return name.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
}

function readRelease(folder: URL, id: string): { release: Release; factors: Factor[] } {
  try {
    const bytes = readFileSync(new URL('factors.csv', folder));
    const head = JSON.parse(readFileSync(new URL('release.json', folder), 'utf8')) as Omit<Release, 'contentHash'>;
    const release: Release = { ...head, contentHash: createHash('sha256').update(bytes).digest('hex') };
    return { release, factors: readFactors(bytes.toString('utf8'), { id, gwpSource: head.gwpSource }) };
  } catch (error) {
    throw new FootingError(
      'corrupt',
      `The release ${id} of the catalogue cannot be read: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

const COLUMN = new Map<string, number>(FACTOR_COLUMNS.map((column, index) => [column, index]));

function at(cells: string[], column: (typeof FACTOR_COLUMNS)[number]): string {
  return cells[COLUMN.get(column)!]!;
}

/**
 * Factors out of the text of a factors.csv.
 * @throws FootingError `malformed` for other columns.
 */
export function readFactors(text: string, release: Pick<Release, 'id' | 'gwpSource'>): Factor[] {
  const units = new Map<string, Unit>();
  const { header, rows } = readCells(text, `${release.id}/factors.csv`);
  const columns = header.at(-1) === UNCERTAINTY_COLUMN ? header.slice(0, -1) : header;
  if (columns.join() !== FACTOR_COLUMNS.join()) throw new FootingError('malformed', `The columns are ${header.join()}`);
  return rows.map((cells) => readFactor(cells, release.id, release.gwpSource, units));
}

function readFactor(cells: string[], release: string, gwpSource: GwpSetName, units: Map<string, Unit>): Factor {
  const unitCode = at(cells, 'unit');
  let unit = units.get(unitCode);
  if (!unit) {
    unit = parseUnit(unitCode);
    units.set(unitCode, unit);
  }
  const ofCh4 = at(cells, 'co2e_of_ch4_source');
  return {
    id: `${release}/${at(cells, 'id')}`,
    release,
    name: at(cells, 'name'),
    aliases: list(at(cells, 'aliases')),
    accompanies: at(cells, 'accompanies'),
    scope: at(cells, 'scope') as Scope,
    category: at(cells, 'category') === '' ? null : Number(at(cells, 'category')),
    alsoCategories: list(at(cells, 'also_categories')).map(Number),
    method: at(cells, 'method') as Method,
    lifeCycleStage: at(cells, 'life_cycle_stage') as LifeCycleStage,
    unit,
    region: at(cells, 'region'),
    validFrom: at(cells, 'valid_from'),
    validTo: at(cells, 'valid_to'),
    gases: {
      co2_fossil: at(cells, 'co2_fossil') || '0',
      co2_biogenic: at(cells, 'co2_biogenic') || '0',
      ch4_fossil: at(cells, 'ch4_fossil') || '0',
      ch4_non_fossil: at(cells, 'ch4_non_fossil') || '0',
      n2o: at(cells, 'n2o') || '0',
      co2e_unsplit: at(cells, 'co2e_unsplit') || '0',
      other_gas: at(cells, 'other_gas'),
      other_kg: at(cells, 'other_kg') || '0',
    },
    co2eSource: at(cells, 'co2e_source') || null,
    co2eOfCh4Source: ofCh4 || null,
    co2eOfN2oSource: at(cells, 'co2e_of_n2o_source') || null,
    gwpSource,
    derivedFromCo2e: ofCh4 !== '',
    sourceTable: at(cells, 'source_table'),
    sourceRow: at(cells, 'source_row'),
    notes: at(cells, 'notes'),
    ...(cells[FACTOR_COLUMNS.length] ? { uncertaintyPercent: cells[FACTOR_COLUMNS.length]! } : {}),
  };
}

function index(releases: Release[], factors: Factor[]): Catalogue {
  const byName = new Map<string, Factor[]>();
  const byAlias = new Map<string, Factor[]>();
  const byId = new Map<string, Factor>();
  const companions = new Map<string, Factor[]>();
  for (const factor of factors) {
    byId.set(factor.id, factor);
    add(byName, nameKey(factor.name), factor);
    for (const alias of factor.aliases) add(byAlias, nameKey(alias), factor);
    if (factor.accompanies) add(companions, `${factor.release}/${factor.accompanies}`, factor);
  }
  return {
    releases,
    factors,
    named: (name) => [...(byName.get(nameKey(name)) ?? []), ...(byAlias.get(nameKey(name)) ?? [])],
    companions: (factor) => companions.get(`${factor.release}/${factor.name}`) ?? [],
    byId: (id) => byId.get(id),
    release: (id) => releases.find((release) => release.id === id),
  };
}

function add(map: Map<string, Factor[]>, key: string, factor: Factor): void {
  const factors = map.get(key);
  if (factors) factors.push(factor);
  else map.set(key, [factor]);
}

function list(text: string): string[] {
  return text === '' ? [] : text.split(LIST_SEPARATOR);
}
