import { randomUUID } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testEngines } from '../../test/support/engines.ts';
import type { Engines } from '../engines/types.ts';
import { openAccounts, openJournal } from '../journal/index.ts';
import type { Entry, Journal } from '../journal/types.ts';
import { armFault } from '../kernel/faults.ts';
import {
  blockColumns,
  type ColumnDefinition,
  clickhouseTable,
  encodeRows,
  parseRows,
  type StreamDefinition,
} from '../streams/index.ts';
import {
  entryStream,
  execute,
  type Imports,
  type LedgerService,
  loadRecords,
  openImports,
  openLedger,
  openRecords,
  PATCH_KIND,
  select,
  verifyAccount,
} from './index.ts';
import { keyCondition } from './recordKeys.ts';
import type { Book, ReadContext } from './types.ts';

const readings: StreamDefinition = {
  name: 'readings',
  book: 'carbon',
  title: 'Meter readings',
  key: ['meter', 'day'],
  kept: 'record',
  columns: [
    { name: 'meter', type: 'text', required: true, description: 'Meter', example: 'M1' },
    { name: 'day', type: 'text', required: true, description: 'Day', example: 'monday' },
    { name: 'value', type: 'decimal', required: true, description: 'Reading', example: '12.5' },
  ],
};

/** A book that keeps records and derives nothing: what remains is the ledger's own work. */
const book: Book = {
  name: 'carbon',
  schemaVersion: 1,
  tables: [clickhouseTable(readings)],
  tableNames: ['readings'],
  concerns: (entry: Entry) => entryStream(entry) === 'readings',
  post: (context, entries) => loadRecords(context, readings, entries).then(() => {}),
  async totals(context, seq) {
    const [row] = await select<{ total: string; content: string }>(
      context.engines,
      context.database,
      `SELECT toString(sum(value * sign)) AS total,
              toString(sum(cityHash64(seq, sign, origin_seq, origin_row, source, meter, day, value))) AS content
       FROM readings
       WHERE seq <= {seq:UInt64}`,
      { seq },
    );
    return { 'readings: value': row!.total, 'readings: content': row!.content };
  },
};

let engines: Engines;
let journal: Journal;
let accounts: ReturnType<typeof openAccounts>;
let ledger: LedgerService;
let imports: Imports;
let records: ReturnType<typeof openRecords>;
let number = 0;

async function start(): Promise<void> {
  ledger = await openLedger(engines, journal, [book], engines.config.ledgerPrefix);
  imports = openImports(engines, journal, ledger, [readings]);
  records = openRecords(engines, journal, [readings]);
}

beforeAll(async () => {
  engines = await testEngines();
  journal = openJournal(engines.pg, engines.evidence);
  accounts = openAccounts(engines.pg, journal);
  await start();
});
afterAll(async () => {
  await ledger.close();
  await engines.close();
});

async function newAccount(): Promise<number> {
  number += 1;
  return (await accounts.create({ slug: `ledger-${number}`, name: 'Company' }, 'test')).id;
}

async function readAt(accountId: number, seq?: number): Promise<ReadContext> {
  const at = seq ?? (await journal.head(accountId)).seq;
  await ledger.caughtUp(accountId, 'carbon', at);
  return { engines, accountId, database: await ledger.database(accountId), seq: at };
}

async function present(accountId: number, seq?: number): Promise<Record<string, string>> {
  const read = await readAt(accountId, seq);
  const found: Record<string, string> = {};
  let after: string | undefined;
  do {
    const page = await records.list(read, { stream: 'readings', limit: 3, ...(after && { after }) });
    for (const row of page.rows) {
      const key = `${row.source}/${row.meter}/${row.day}`;
      expect(found[key], `${key} is listed twice`).toBeUndefined();
      found[key] = String(row.value);
    }
    after = page.next ?? undefined;
  } while (after);
  return found;
}

const csv = (...rows: string[]) => ({
  stream: 'readings',
  fileName: 'readings.csv',
  actor: 'test',
  mode: 'rows' as const,
  body: streamOf(`meter,day,value\n${rows.join('\n')}\n`),
});

function streamOf(text: string) {
  return Readable.from([Buffer.from(text)]);
}

describe('import', () => {
  it('takes good rows, reports bad ones with row, column and value, and finds the source row again', async () => {
    const id = await newAccount();
    const outcome = await imports.start(id, csv('M1,monday,1.5', 'M2,monday,many', 'M3,monday,2'));
    expect(outcome.state).toBe('stated');
    const status = await imports.finished(id, 2);
    expect(status).toMatchObject({ state: 'posted', counts: { rows: 3, accepted: 2, rejected: 1, superseded: 0 } });
    expect(status.rejected[0]).toMatchObject({ row: 2, problems: [{ column: 'value', value: 'many' }] });
    expect(await present(id)).toEqual({ 'default/M1/monday': '1.5', 'default/M3/monday': '2' });
    const source = await records.source(await readAt(id), 'readings', 2, 3);
    expect(source).toMatchObject({
      fileName: 'readings.csv',
      row: 3,
      cells: { meter: 'M3', day: 'monday', value: '2' },
    });
  });

  it('changes nothing when the same file comes twice, even at the same time', async () => {
    const id = await newAccount();
    const outcomes = await Promise.all([1, 2, 3].map(() => imports.start(id, csv('M1,monday,1'))));
    expect(outcomes.map(({ state }) => state).sort()).toEqual(['already', 'already', 'stated']);
    expect((await journal.head(id)).seq).toBe(2);
  });

  it('removes the evidence of dry runs and refusals, unless an entry names it', async () => {
    const id = await newAccount();
    const stored = async () => {
      const hashes: string[] = [];
      for await (const { sha256 } of engines.evidence.list()) hashes.push(sha256);
      return hashes.length;
    };
    const before = await stored();
    const file = () => csv('M1,monday,1', `${randomUUID()},tuesday,2`);
    await imports.start(id, { ...file(), mode: 'dry-run' });
    await imports.start(id, { ...csv('M1,monday,1', `${randomUUID()},,x`), mode: 'all' });
    await expect(imports.start(id, { ...file(), options: { format: 'xlsx' } })).rejects.toThrow();
    expect(await stored()).toBe(before);
    // The same bytes at once, some to look and some to state: what is stated keeps its evidence.
    const rows = ['M1,monday,1', `${randomUUID()},friday,3`];
    const outcomes = await Promise.all(
      (['dry-run', 'rows', 'dry-run', 'rows'] as const).map((mode) => imports.start(id, { ...csv(...rows), mode })),
    );
    const stated = outcomes.find(({ state }) => state === 'stated');
    expect(stated && 'evidence' in stated && (await engines.evidence.verify(stated.evidence))).toBe(true);
    await imports.start(id, { ...csv(...rows), mode: 'dry-run' });
    expect(await stored()).toBe(before + 1);
  });

  it('refuses the whole file with mode all, and states nothing with dry-run', async () => {
    const id = await newAccount();
    const refused = await imports.start(id, { ...csv('M1,monday,1', 'M2,,2'), mode: 'all' });
    expect(refused).toMatchObject({ state: 'refused', counts: { accepted: 1, rejected: 1 } });
    const dry = await imports.start(id, { ...csv('M1,monday,1', 'M2,,2'), mode: 'dry-run' });
    expect(dry).toMatchObject({ state: 'dry-run', counts: { accepted: 1, rejected: 1 } });
    expect((await journal.head(id)).seq).toBe(1);
  });

  it('gives rejects that can be corrected and imported again', async () => {
    const id = await newAccount();
    await imports.start(id, csv('M1,monday,1', 'M2,monday,"1,5"', 'M3,,3'));
    await imports.finished(id, 2);
    const chunks: Buffer[] = [];
    for await (const chunk of await imports.rejectsCsv(id, 2)) chunks.push(Buffer.from(chunk));
    const corrected = Buffer.concat(chunks).toString().replace('"1,5"', '1.5').replace('M3,,3', 'M3,monday,3');
    await imports.start(id, { ...csv(), body: streamOf(corrected) });
    expect(await imports.finished(id, 3)).toMatchObject({ counts: { rows: 2, accepted: 2, rejected: 0 } });
    expect(await present(id)).toEqual({
      'default/M1/monday': '1',
      'default/M2/monday': '1.5',
      'default/M3/monday': '3',
    });
  });
});

it('a dry run says what would be superseded, and leaves nothing', async () => {
  const id = await newAccount();
  await imports.start(id, csv('M1,monday,1', 'M2,monday,2', 'M3,monday,3'));
  await imports.finished(id, 2);
  await records.remove(id, { stream: 'readings', keys: [{ meter: 'M3', day: 'monday' }], actor: 'test' });
  const rows = ['M1,monday,10', 'M1,monday,11', 'M3,monday,30', 'M4,monday,40', 'M5,monday,x'];
  const outcome = await imports.start(id, { ...csv(...rows), mode: 'dry-run' });
  // M1 that is there and the first M1 of the file; M3 was deleted, M4 is new, M5 is bad.
  expect(outcome).toMatchObject({
    state: 'dry-run',
    counts: { rows: 5, accepted: 4, rejected: 1, superseded: 2 },
    rejected: [{ row: 5 }],
  });
  const database = await ledger.database(id);
  const left = await select<{ name: string }>(engines, database, 'SHOW TABLES');
  expect(left.map(({ name }) => name)).toEqual(['readings']);
  const stated = await imports.start(id, csv(...rows));
  expect(stated.state).toBe('stated');
  await imports.finished(id, 4);
  expect(await imports.status(id, 4)).toMatchObject({ counts: { accepted: 4, superseded: 2 } });
});

describe('records', () => {
  const row = (meter: string, value: string) => ({ meter, day: 'monday', value });

  it('are superseded by key within their source, and every earlier state stays readable', async () => {
    const id = await newAccount();
    await records.post(id, { stream: 'readings', rows: [row('M1', '1'), row('M2', '2')], actor: 'test' });
    await records.post(id, { stream: 'readings', rows: [row('M1', '10'), row('M1', '11')], actor: 'test' });
    await records.post(id, { stream: 'readings', source: 'other', rows: [row('M1', '5')], actor: 'test' });
    await records.remove(id, { stream: 'readings', keys: [{ meter: 'M2', day: 'monday' }], actor: 'test' });
    expect(await present(id)).toEqual({ 'default/M1/monday': '11', 'other/M1/monday': '5' });
    expect(await present(id, 2)).toEqual({ 'default/M1/monday': '1', 'default/M2/monday': '2' });
    expect(await present(id, 3)).toEqual({ 'default/M1/monday': '11', 'default/M2/monday': '2' });
  });

  type Step =
    | { do: 'post' | 'import'; rows: Array<{ meter: string; value: string }>; source: string }
    | { do: 'remove'; meter: string; source: string }
    | { do: 'patch'; meter: string; source: string; value: string };
  const source = fc.constantFrom('default', 'other');
  const meter = fc.constantFrom('A', 'B', 'C', "D'; DROP TABLE readings; --");
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({
      do: fc.constantFrom('post' as const, 'import' as const),
      rows: fc.array(fc.record({ meter, value: fc.integer({ min: -99, max: 99 }).map(String) }), {
        minLength: 1,
        maxLength: 4,
      }),
      source,
    }),
    fc.record({ do: fc.constant('remove' as const), meter, source }),
    fc.record({ do: fc.constant('patch' as const), meter, source, value: fc.integer().map(String) }),
  );

  it('kept up step by step are, at every earlier point, what a rebuild gives and what a plain map says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), fc.boolean(), async (steps, wait) => {
        const id = await newAccount();
        const states = new Map<number, Record<string, string>>([[1, {}]]);
        const model: Record<string, string> = {};
        let again = 0;
        for (const taken of steps) {
          let seq: number;
          if (taken.do === 'patch') {
            const changes = [
              { match: { meter: taken.meter }, set: { value: '0.5' } },
              { match: { meter: taken.meter, day: 'monday' }, set: { value: taken.value } },
            ];
            const payload = { stream: 'readings', source: taken.source, changes };
            seq = (await journal.append(id, { kind: PATCH_KIND, actor: 'test', payload })).entry.seq;
            const key = `${taken.source}/${taken.meter}/monday`;
            if (model[key] !== undefined) model[key] = taken.value;
          } else if (taken.do === 'remove') {
            const key = { meter: taken.meter, day: 'monday' };
            const removed = await records.remove(id, {
              stream: 'readings',
              source: taken.source,
              keys: [key],
              actor: 'test',
            });
            seq = removed.entry.seq;
            delete model[`${taken.source}/${taken.meter}/monday`];
          } else {
            if (taken.do === 'post') {
              const rows = taken.rows.map(({ meter: name, value }) => row(name, value));
              seq = (await records.post(id, { stream: 'readings', source: taken.source, rows, actor: 'test' })).entry
                .seq;
            } else {
              again += 1;
              const lines = taken.rows.map(({ meter: name, value }) => `${name},monday,${value}`);
              const outcome = await imports.start(id, { ...csv(...lines, `N${again},,0`), source: taken.source });
              seq = outcome.state === 'stated' ? outcome.seq : Number.NaN;
            }
            for (const { meter: name, value } of taken.rows) model[`${taken.source}/${name}/monday`] = value;
          }
          states.set(seq, { ...model });
          if (wait) await readAt(id);
        }
        for (const [seq, state] of states) expect(await present(id, seq)).toEqual(state);
        const report = await verifyAccount(engines, journal, ledger, [book], id);
        expect(report.findings).toEqual([]);
      }),
      { numRuns: 15 },
    );
  }, 120_000);
});

it('records are found by keys of every type, however their values are written', async () => {
  const column = (name: string, type: ColumnDefinition['type']): ColumnDefinition => ({
    name,
    type,
    required: true,
    description: name,
    example: '1',
  });
  const visits: StreamDefinition = {
    ...readings,
    name: 'visits',
    key: ['place', 'on', 'at', 'number', 'size'],
    columns: [
      column('place', 'text'),
      column('on', 'date'),
      column('at', 'datetime'),
      column('number', 'integer'),
      column('size', 'decimal'),
    ],
  };
  const database = await ledger.database(await newAccount());
  await execute(engines, database, clickhouseTable(visits));
  const stated = { place: "it's", on: '2024-02-29', at: '2025-03-01T10:00:00.5+02:00', number: '7', size: '1.50' };
  const row = parseRows(visits, [stated])[0]!.row;
  const block = encodeRows(visits, [{ seq: 1, originSeq: 1, originRow: 1, sign: 1, source: 'default', row }]);
  await engines.clickhouse.insertNative(database, 'visits', blockColumns(visits), block);
  const found = async (key: Record<string, string>) => {
    const { condition, parameters } = keyCondition(visits, 'default', [key]);
    const rows = await select(engines, database, `SELECT 1 FROM visits WHERE ${condition}`, parameters);
    return rows.length;
  };
  expect(await found(stated)).toBe(1);
  expect(await found({ ...stated, at: '2025-03-01T08:00:00.500Z', size: '1.5' })).toBe(1);
  for (const other of [{ on: '2024-02-28' }, { at: 'never' }, { number: '8' }, { size: 'x' }, { place: 'its' }]) {
    expect(await found({ ...stated, ...other }), JSON.stringify(other)).toBe(0);
  }
});

describe('a patched record', () => {
  it('is listed as it became, and its source shows what the patch made of it', async () => {
    const id = await newAccount();
    await imports.start(id, csv('M1,monday,1', 'M2,monday,2'));
    const changes = [{ match: { meter: 'M1', day: 'monday' }, set: { value: '1.5' } }];
    const payload = { stream: 'readings', source: 'default', changes };
    const { entry } = await journal.append(id, { kind: PATCH_KIND, actor: 'test', payload });
    expect(await present(id)).toEqual({ 'default/M1/monday': '1.5', 'default/M2/monday': '2' });
    const source = await records.source(await readAt(id), 'readings', entry.seq, 1);
    expect(source).toMatchObject({ entryKind: PATCH_KIND, evidence: null, row: 1 });
    expect(source.cells).toEqual({ meter: 'M1', day: 'monday', value: '1.5' });
  });
});

describe('after a failure', () => {
  it.each([
    'posting.begun',
    'records.block',
    'records.loaded',
    'records.superseded',
    'posting.written',
    'posting.visible',
  ])('at %s the load is removed and done again, and nothing is counted twice', async (point) => {
    const id = await newAccount();
    await imports.start(id, csv('M1,monday,1', 'M2,monday,2'));
    await imports.finished(id, 2);
    armFault(`${point}=fail`);
    await imports.start(id, csv('M1,monday,10', 'M3,monday,3'));
    await ledger.caughtUp(id, 'carbon', 3);
    armFault(undefined);
    expect(await present(id)).toEqual({
      'default/M1/monday': '10',
      'default/M2/monday': '2',
      'default/M3/monday': '3',
    });
    expect((await verifyAccount(engines, journal, ledger, [book], id)).findings).toEqual([]);
  });

  it('rows of a load that never finished are removed at the next start', async () => {
    const id = await newAccount();
    await imports.start(id, csv('M1,monday,1'));
    await imports.finished(id, 2);
    const database = await ledger.database(id);
    await ledger.close();
    await execute(engines, database, `INSERT INTO readings SELECT * REPLACE (3 AS seq) FROM readings`);
    await start();
    await imports.start(id, csv('M2,monday,2'));
    expect(await present(id)).toEqual({ 'default/M1/monday': '1', 'default/M2/monday': '2' });
  });

  it('a ledger whose database is gone is filled again from the journal', async () => {
    const id = await newAccount();
    await imports.start(id, csv('M1,monday,1'));
    await imports.finished(id, 2);
    const database = await ledger.database(id);
    await ledger.close();
    await execute(engines, 'default', `DROP DATABASE ${database} SYNC`);
    await start();
    expect(await present(id)).toEqual({ 'default/M1/monday': '1' });
  });
});

describe('rebuild and verify', () => {
  it('rebuild replaces the ledger and leaves every figure', async () => {
    const id = await newAccount();
    await imports.start(id, csv('M1,monday,1', 'M2,monday,2'));
    await records.post(id, { stream: 'readings', rows: [{ meter: 'M1', day: 'monday', value: '7' }], actor: 'test' });
    const before = await present(id);
    const database = await ledger.database(id);
    await ledger.rebuild(id);
    expect(await ledger.database(id)).not.toBe(database);
    expect(await present(id)).toEqual(before);
    expect(await present(id, 2)).toEqual({ 'default/M1/monday': '1', 'default/M2/monday': '2' });
  });

  it('rebuild and posting do not wait for each other, and no entry is missed by the switch', async () => {
    const id = await newAccount();
    let stop = false;
    const model: Record<string, string> = {};
    const writer = (async () => {
      for (let i = 0; !stop; i += 1) {
        const rows = [{ meter: `M${i % 7}`, day: 'monday', value: String(i) }];
        await records.post(id, { stream: 'readings', rows, actor: 'test' });
        model[`default/M${i % 7}/monday`] = String(i);
      }
    })();
    for (let round = 0; round < 3; round += 1) await ledger.rebuild(id);
    await expect(Promise.all([ledger.rebuild(id), ledger.rebuild(id)])).rejects.toMatchObject({ code: 'conflict' });
    stop = true;
    await writer;
    expect(await present(id)).toEqual(model);
    expect((await verifyAccount(engines, journal, ledger, [book], id)).findings).toEqual([]);
  }, 60_000);

  it('a stop ends a rebuild and a verification; nothing of them is left after the next start', async () => {
    const id = await newAccount();
    await imports.start(id, csv('M1,monday,1'));
    await imports.finished(id, 2);
    const ends = [ledger.rebuild(id), verifyAccount(engines, journal, ledger, [book], id)].map((work) =>
      work.then(
        () => 'done',
        (error) => error.code,
      ),
    );
    await ledger.close();
    expect(await Promise.all(ends)).toEqual(['unavailable', 'unavailable']);
    await start();
    expect(await present(id)).toEqual({ 'default/M1/monday': '1' });
    const { rows } = await engines.pg.query('SELECT state FROM ledgers WHERE account_id = $1', [id]);
    expect(rows).toEqual([{ state: 'live' }]);
  });

  it('a ledger whose database vanishes while it is kept up is filled again', async () => {
    const id = await newAccount();
    await imports.start(id, csv('M1,monday,1'));
    await imports.finished(id, 2);
    await execute(engines, 'default', `DROP DATABASE ${await ledger.database(id)} SYNC`);
    await imports.start(id, csv('M2,monday,2'));
    await ledger.caughtUp(id, 'carbon', 3);
    expect(await present(id)).toEqual({ 'default/M1/monday': '1', 'default/M2/monday': '2' });
  });

  it('verify names a changed amount, changed evidence and a changed account', async () => {
    const id = await newAccount();
    await imports.start(id, csv('M1,monday,1', 'M2,monday,2'));
    await imports.finished(id, 2);
    const verify = async () => (await verifyAccount(engines, journal, ledger, [book], id)).findings[0];
    expect(await verify()).toBeUndefined();
    const database = await ledger.database(id);
    const change = (value: string) =>
      execute(
        engines,
        database,
        `ALTER TABLE readings UPDATE value = ${value} WHERE meter = 'M2' SETTINGS mutations_sync = 1`,
      );
    await change('2.000000000001');
    expect(await verify()).toMatchObject({ what: 'ledger', where: 'carbon readings: value' });
    await change('2');
    expect(await verify()).toBeUndefined();
    await engines.pg.query(`UPDATE accounts SET currency = 'USD' WHERE id = $1`, [id]);
    expect(await verify()).toMatchObject({ what: 'stated', where: 'account: currency', expected: 'EUR', found: 'USD' });
    await engines.pg.query(`UPDATE accounts SET currency = 'EUR' WHERE id = $1`, [id]);
    await imports.start(id, {
      ...csv('M9,monday,9'),
      body: streamOf('Meter,day,value\nM9,monday,9\n'),
      options: { mapping: { Meter: 'meter', day: 'day', value: 'value' } },
      rememberMapping: true,
    });
    expect(await verify()).toBeUndefined();
    const forget = (seq: number) =>
      engines.pg.query('UPDATE remembered_mappings SET seq = $2 WHERE account_id = $1', [id, seq]);
    await forget(2);
    expect(await verify()).toMatchObject({ what: 'stated', where: 'mapping readings of default' });
    await forget(3);
    const { evidence } = await imports.status(id, 2);
    const path = await engines.evidence.path(evidence);
    const bytes = await readFile(path);
    bytes[bytes.length - 2] = (bytes.at(-2) ?? 0) ^ 1;
    await chmod(path, 0o600);
    await writeFile(path, bytes);
    expect(await verify()).toMatchObject({ what: 'evidence', where: `evidence ${evidence}` });
  });
});
