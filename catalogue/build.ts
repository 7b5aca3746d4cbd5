/**
 * Makes a release of the catalogue out of a publisher's file.
 *
 *   node catalogue/build.ts desnz 2025 <flat file as CSV>
 *   node catalogue/build.ts world-grid 2023 <carbon intensity by country as JSON>
 *   node catalogue/build.ts supply-chain 1.3 <factors by NAICS as CSV>
 *   node catalogue/build.ts supply-chain-by-gas 1.3 <factors by NAICS as CSV> <the same by gas as CSV>
 *   node catalogue/build.ts epa-hub 2025 <folder with the hub's tables as CSV>
 *   node catalogue/build.ts defaults        the releases that no file is needed for
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ImportedRelease, writeFactors } from '../src/carbon/catalogue/format.ts';
import { ipccDefaults, statedMasses } from '../src/carbon/catalogue/import-defaults.ts';
import { importDesnz } from '../src/carbon/catalogue/import-desnz.ts';
import { importEpaHub } from '../src/carbon/catalogue/import-epa-hub.ts';
import { importSupplyChain } from '../src/carbon/catalogue/import-supply-chain.ts';
import { importWorldGrid } from '../src/carbon/catalogue/import-world-grid.ts';
import { importSupplyChainByGas, packGases } from '../src/carbon/catalogue/supply-chain-gases.ts';

const RELEASES = new URL('./releases/', import.meta.url);

const IMPORTERS: Record<string, (edition: string, path: string) => ImportedRelease> = {
  desnz: (year, path) => importDesnz(readFileSync(path, 'utf8'), Number(year)),
  'world-grid': (year, path) => importWorldGrid(readFileSync(path, 'utf8'), Number(year)),
  'epa-hub': (year, path) => importEpaHub(readTables(path, year), Number(year)),
  'supply-chain': (version, path) => importSupplyChain(readFileSync(path, 'utf8'), version),
};

const [publisher = '', edition = '', path = '', byGas = ''] = process.argv.slice(2);
const importer = IMPORTERS[publisher];
if (publisher === 'supply-chain-by-gas') {
  const gases = packGases(readFileSync(byGas, 'utf8'), 2022);
  const release = importSupplyChainByGas(readFileSync(path, 'utf8'), gases, edition);
  writeRelease(release);
  writeFileSync(new URL(`${release.head.id}/gases.csv`, RELEASES), gases);
  process.exit(0);
}
if (publisher === 'defaults') {
  for (const release of [ipccDefaults(), statedMasses()]) writeRelease(release);
  process.exit(0);
}
if (!importer || !/^\d+(\.\d+)?$/.test(edition) || path === '') {
  console.error(`Usage: node catalogue/build.ts ${Object.keys(IMPORTERS).join('|')} EDITION PATH`);
  process.exit(2);
}
writeRelease(importer(edition, path));

function writeRelease(imported: ImportedRelease): void {
  const folder = new URL(`${imported.head.id}/`, RELEASES);
  const counts = { rowsRead: imported.rowsRead, factors: imported.drafts.length, left: imported.left };
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL('factors.csv', folder), writeFactors(imported));
  writeFileSync(new URL('release.json', folder), `${JSON.stringify({ ...imported.head, counts }, null, 2)}\n`);
  console.log(`${imported.head.id}: ${counts.rowsRead} rows read, ${counts.factors} factors`, counts.left);
}

/** Tables of a folder by name: `mobile_co2_2025.csv` is `mobile_co2`. */
function readTables(folder: string, ofYear: string): Map<string, string> {
  const ending = `_${ofYear}.csv`;
  const files = readdirSync(folder).filter((file) => file.endsWith(ending));
  return new Map(files.map((file) => [file.slice(0, -ending.length), readFileSync(join(folder, file), 'utf8')]));
}
