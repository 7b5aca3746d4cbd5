/** Publishers' files as releases: what is read, what is refused, and that nothing is calculated with one before it is adopted. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testEngines } from '../../../test/support/engines.ts';
import type { Engines } from '../../engines/types.ts';
import { openAccounts, openJournal } from '../../journal/index.ts';
import type { Journal } from '../../journal/types.ts';
import { xlsxOfRows } from '../../streams/testing/files.ts';
import { inventory } from '../inventory.ts';
import { openTestLedger, posted, type TestLedger } from '../ledger.test-support.ts';
import { ADOPT_KIND, releaseHash, starterReleases } from '../matching.ts';
import { importRelease, releaseAsOf } from './imported.ts';
import { differenceOf, effectOfAdopting, releasesKnown } from './preview.ts';
import { readPublication } from './read.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const OPTIONS = { release: 'acme-2026', year: 2026, gwp: 'AR6', publisher: 'Acme' } as const;
const COLUMNS = 'name,unit,scope,category,region,co2_fossil,ch4_non_fossil,n2o,co2e_unsplit';

describe('the documented CSV', () => {
  test('becomes factors of the catalogue', async () => {
    const file = `${COLUMNS}\nSteam of Acme,kWh,2,,SE,0.1,0,0.0001,\nParcel,each,3,4,,,,,0.5\n`;
    const { release, factors } = await readPublication(bytes(file), 'acme.csv', OPTIONS);
    expect([release.id, release.counts.factors, release.gwpSource]).toEqual(['acme-2026', 2, 'AR6']);
    expect(
      factors
        .split('\n')
        .slice(1, 3)
        .map((line) => line.split(',').slice(0, 2)),
    ).toEqual([
      ['parcel/each', 'Parcel'],
      ['steam-of-acme/kwh', 'Steam of Acme'],
    ]);
  });

  test.each([
    ['a missing gas', 'Steam,kWh,2,,SE,0.1,0,,', { field: 'n2o', row: 1, reason: 'a gas is missing: n2o' }],
    ['no emission', 'Steam,kWh,2,,SE,,,,', { field: 'co2e_unsplit', row: 1 }],
    ['an ambiguous unit', 'Steam,ton,2,,SE,,,,1', { field: 'unit', row: 1 }],
    ['a mass below zero', 'Steam,kg,2,,SE,,,,-1', { field: 'co2e_unsplit', row: 1 }],
    ['a category that is none', 'Steam,kg,3,16,SE,,,,1', { field: 'category', row: 1 }],
  ])('%s is refused by row', async (_, row, problem) => {
    const read = readPublication(bytes(`${COLUMNS}\n${row}\n`), 'acme.csv', OPTIONS);
    await expect(read).rejects.toMatchObject({ code: 'invalid', problems: [expect.objectContaining(problem)] });
  });

  test('says what it needs to know of the publication', async () => {
    const read = readPublication(bytes(`${COLUMNS}\nSteam,kg,3,,SE,,,,1\n`), 'acme.csv', {});
    await expect(read).rejects.toMatchObject({ problems: ['release', 'year', 'gwp'].map((field) => ({ field })) });
  });
});

const FLAT = ['ID', 'Scope', 'Level 1', 'Level 2', 'Level 3', 'Level 4', 'Column Text', 'UOM', 'GHG/Unit'];
const flat = (year: number, methane: string, header = [...FLAT, `GHG Conversion Factor ${year}`]) =>
  xlsxOfRows(
    header,
    [
      ['1_100_1000_15_1', 'Scope 1', 'Fuels', 'Gaseous fuels', 'Butane', '', '', 'tonnes', 'kg CO2e', '3'],
      [
        '1_100_1000_15_2',
        'Scope 1',
        'Fuels',
        'Gaseous fuels',
        'Butane',
        '',
        '',
        'tonnes',
        'kg CO2e of CO2 per unit',
        '2',
      ],
      [
        '1_100_1000_15_3',
        'Scope 1',
        'Fuels',
        'Gaseous fuels',
        'Butane',
        '',
        '',
        'tonnes',
        'kg CO2e of CH4 per unit',
        '0.28',
      ],
      [
        '1_100_1000_15_4',
        'Scope 1',
        'Fuels',
        'Gaseous fuels',
        'Butane',
        '',
        '',
        'tonnes',
        'kg CO2e of N2O per unit',
        '0.72',
      ],
      [
        '3_200_2003_3_1',
        'Scope 1',
        'Refrigerant & other',
        'Kyoto protocol products',
        'Methane',
        '',
        'Emissions including only Kyoto products',
        'kg',
        'kg CO2e',
        methane,
      ],
      [
        '3_200_2006_3_1',
        'Scope 1',
        'Refrigerant & other',
        'Kyoto protocol products',
        'Nitrous oxide',
        '',
        'Emissions including only Kyoto products',
        'kg',
        'kg CO2e',
        '265',
      ],
    ].map((row) => (header.length === 10 ? row : row.slice(1))),
    'Factors by Category',
  );

describe('the UK flat file', () => {
  test("of a later year is read when its layout and its potentials are the publisher's present ones", async () => {
    const { release, factors } = await readPublication(flat(2027, '28'), 'flat.xlsx', {});
    expect([release.id, release.year, release.edition]).toEqual(['uk-desnz-2027', 2027, 'flat file of 2027']);
    expect(factors).toContain(
      'butane/t,Butane,,,1,,,fuel,combustion,t,GB,2027-01-01,2028-01-01,2,,,0.01,0.002716981132,',
    );
  });

  test.each([
    ['other potentials', flat(2027, '27.9'), 'its potential of Methane is 27.9, not the 28 of AR5'],
    ['a year without keys', flat(2021, '25'), 'files before 2024 have no keys'],
    [
      'another layout',
      flat(2021, '25', [...FLAT.slice(1), 'GHG Conversion Factor 2021']),
      'not laid out as a UK flat file',
    ],
  ])('with %s is refused', async (_, file, words) => {
    await expect(readPublication(file, 'flat.xlsx', {})).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining(words),
    });
  });
});

test.each([
  ['another table', 'a,b\n1,2\n', 'none of the layouts'],
  [
    'the file by gas',
    '2017 NAICS Code,2017 NAICS Title,GHG,Unit\n111110,Soy,Methane,"kg/2022 USD, purchaser price"\n',
    'by gas',
  ],
  [
    'another price year',
    '2017 NAICS Code,2017 NAICS Title,GHG,Unit\n111110,Soy,All GHGs,"kg CO2e/2031 USD, purchaser price"\n',
    'not known',
  ],
])('%s is refused', async (_, text, words) => {
  await expect(readPublication(bytes(text), 'x.csv', {})).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringContaining(words),
  });
});

describe('in an account', () => {
  let engines: Engines;
  let journal: Journal;
  let ledger: TestLedger;
  beforeAll(async () => {
    engines = await testEngines();
    journal = openJournal(engines.pg, engines.evidence);
    ledger = await openTestLedger(engines);
    const account = await openAccounts(engines.pg, journal).create({ slug: 'a', name: 'A' }, 'test');
    ledger.context.accountId = account.id;
  });
  afterAll(() => engines.close());

  const release = (co2e: string, id = 'acme-2026', year = 2026) =>
    readPublication(bytes(`name,unit,scope,category,co2e_unsplit\nParcel,each,3,4,${co2e}\n`), 'acme.csv', {
      ...OPTIONS,
      release: id,
      year,
      validFrom: '2025-01-01',
      validTo: '2027-01-01',
    });
  const at = (seq: number) => ({ ...ledger.context, seq });
  const kg = async (seq: number) => (await inventory(at(seq))).total.co2e_kg;

  test('is known, then previewed, then adopted; earlier figures stay, other content of the same id is refused', async () => {
    const head = (await journal.append(ledger.context.accountId, { kind: 'test', actor: 'test', payload: {} })).entry
      .seq;
    const adopt = async (releases: unknown) => {
      const payload = { releases } as never;
      const { entry } = await journal.append(ledger.context.accountId, { kind: ADOPT_KIND, actor: 'test', payload });
      await ledger.post([entry]);
      return entry.seq;
    };
    const shipped = await adopt(starterReleases().releases);
    expect(shipped).toBe(head + 1);
    await ledger.post([
      posted(shipped + 1, [
        {
          external_id: 'p',
          entity: 'A',
          activity: 'Parcel',
          quantity: '10',
          unit: 'each',
          country: 'SE',
          start_date: '2026-03-01',
        },
      ]),
    ]);
    await journal.append(ledger.context.accountId, { kind: 'test', actor: 'test', payload: {} });
    const input = { fileName: 'acme.csv', bytes: bytes('x'), made: await release('0.5') };
    const { seq } = await importRelease(journal, engines, at(shipped + 1), 'test', input);
    await ledger.post([await journal.get(ledger.context.accountId, seq)]);
    expect(await kg(seq)).toBe('0');
    expect((await releasesKnown(at(seq))).find((each) => each.release.id === 'acme-2026')).toMatchObject({
      adopted: false,
      imported: seq,
    });

    const known = (await releaseAsOf(at(seq), seq, 'acme-2026'))!;
    const wanted = [...starterReleases().releases.map((each) => each.release), 'acme-2026'];
    expect(await effectOfAdopting(at(seq), wanted, 'AR5')).toMatchObject({
      lines: 1,
      change_kg: '5',
      no_longer_held: 1,
    });
    expect(await differenceOf(at(seq), known)).toMatchObject({ with: null, added: 1 });

    const hash = { release: 'acme-2026', hash: releaseHash(known.release) };
    const adopted = await adopt([...starterReleases().releases, hash]);
    expect([await kg(adopted), await kg(seq)]).toEqual(['5', '0']);

    expect(await importRelease(journal, engines, at(adopted), 'test', input)).toMatchObject({ repeated: true });
    const other = { ...input, made: await release('0.6') };
    await expect(importRelease(journal, engines, at(adopted), 'test', other)).rejects.toMatchObject({
      code: 'conflict',
    });
    const next = { ...input, made: await release('0.6', 'acme-2027', 2027) };
    expect(
      await differenceOf(at(adopted), {
        release: next.made.release,
        factors: known.factors.map((factor) => ({
          ...factor,
          release: 'acme-2027',
          id: 'acme-2027/parcel/each',
          co2eSource: '0.6',
          gases: { ...factor.gases, co2e_unsplit: '0.6' },
        })),
      }),
    ).toMatchObject({
      with: 'acme-2026',
      changed: 1,
      largest: [{ factor: 'parcel/each', before: '0.5', after: '0.6', percent: '20' }],
    });
  });
});
