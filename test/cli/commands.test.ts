import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { program } from '../../src/cli/program.ts';
import { type Cli, cliOnNewFolder, type Served } from './support.ts';

// Every step is a process that starts Node, and machines are busy.
vi.setConfig({ testTimeout: 120_000 });

const PLANS = 'external_id,name,interval_count,interval_unit\nbasic,Basic,1,month\n';
const INVOICES = [
  'customer_external_id,invoice_external_id,date,currency,external_id,type,subscription_external_id,plan_external_id,service_period_start,service_period_end,amount_in_cents,quantity',
  'c1,i1,2025-01-01,EUR,l1,subscription,s1,basic,2025-01-01,2025-02-01,100000,1',
  'c1,i2,2025-02-01,EUR,l2,subscription,s1,basic,2025-02-01,2025-03-01,150050,1',
  'c2,i3,2025-02-01,EUR,l3,subscription,s2,basic,2025-02-01,2025-03-01,12,1',
  'c3,i4,2025-02-31,EUR,l4,subscription,s3,basic,2025-02-01,2025-03-01,500,1',
  '',
].join('\n');

let cli: Cli;
let server: Served;
let files: string;
const file = async (name: string, text: string) => {
  const path = join(files, name);
  await writeFile(path, text);
  return path;
};

beforeAll(async () => {
  files = await mkdtemp(join(tmpdir(), 'footing-cli-files-'));
  cli = await cliOnNewFolder();
  server = await cli.serve();
});
afterAll(async () => {
  await cli.remove();
  await rm(files, { recursive: true, force: true });
});

describe('from an empty folder to a figure and back', () => {
  it('says what to do first', async () => {
    const { code, stderr } = await cli.run(['import', 'plans', await file('plans.csv', PLANS)]);
    expect([code, stderr]).toEqual([5, expect.stringContaining('footing accounts create')]);
  });

  it('imports, reports every bad row, and writes a file to correct', async () => {
    await cli.json('accounts', 'create', 'acme', '--name', 'Acme');
    const plans = await cli.run(['import', 'plans', await file('plans.csv', PLANS)]);
    expect([plans.code, plans.stdout]).toEqual([0, expect.stringContaining('1 plan taken, 0 rejected')]);
    const path = await file('invoices.csv', INVOICES);
    const dry = await cli.run(['import', 'invoices', path, '--dry-run']);
    expect([dry.code, dry.stdout]).toEqual([3, expect.stringMatching(/3 would go in and 1 would be rejected/)]);
    const all = await cli.run(['import', 'invoices', path, '--all-or-nothing']);
    expect([all.code, all.stderr]).toEqual([2, expect.stringContaining('2025-02-31')]);
    const rejects = join(files, 'rejects.csv');
    const taken = await cli.run(['import', 'invoices', path, '--rejects', rejects]);
    expect([taken.code, taken.stderr]).toEqual([3, '']);
    expect(taken.stdout).toMatch(/3 invoices taken, 1 rejected/);
    expect(taken.stdout).toMatch(/Row 4, date "2025-02-31"/);
    expect(await readFile(rejects, 'utf8')).toContain('i4');
    const again = await cli.run(['import', 'invoices', path]);
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('nothing changes')]);
    const corrected = (await readFile(rejects, 'utf8')).replace('2025-02-31', '2025-02-28');
    const mended = await cli.run(['import', 'invoices', '-'], { input: corrected });
    expect([mended.code, mended.stdout]).toEqual([0, expect.stringContaining('1 invoice taken, 0 rejected')]);
  });

  it('prints a statement that foots, now and as of before', async () => {
    const text = (await cli.run(['report', 'mrr', '--from', '2025-01', '--to', '2025-02'])).stdout;
    expect(text).toMatch(/2025-01 +0\.00 +1,000\.00 .* 1,000\.00 +1$/m);
    expect(text).toMatch(/2025-02 +1,000\.00 +5\.12 +500\.50 .* 1,505\.62 +3$/m);
    expect(text).toMatch(/Total +0\.00 +1,005\.12 +500\.50 .* 1,505\.62 +3$/m);
    const now = await cli.json('report', 'mrr', '--from', '2025-02', '--to', '2025-02');
    expect(now.currencies[0].buckets[0].end.cents).toBe('150562');
    const { entries } = await cli.json('journal', '--kind', 'records.import');
    const before = await cli.json(
      'report',
      'mrr',
      '--from',
      '2025-02',
      '--to',
      '2025-02',
      '--as-of',
      String(entries[0].seq - 1),
    );
    expect(before.currencies[0].buckets[0].end.cents).toBe('150062');
  });

  it('walks from a figure to the row of the file', async () => {
    const figure = await cli.json('explain', 'mrr/2025-02/EUR/expansion');
    expect(figure.value).toBe('500.50');
    const { stdout, code } = await cli.run(['explain', figure.children[0].ref]);
    expect(code).toBe(0);
    expect(stdout).toContain('invoices.csv, row 2');
    expect(stdout).toMatch(/amount_in_cents +150050/);
    expect((await cli.run(['explain', 'mrr/nonsense'])).code).toBe(5);
  });

  it('posts an inventory with what is held back', async () => {
    const path = await file(
      'activities.csv',
      'external_id,activity,quantity,unit,start_date,end_date,country\na1,No such thing,5,kWh,2025-01-01,2025-01-31,GB\n',
    );
    expect((await cli.run(['import', 'activities', path])).code).toBe(0);
    const statement = await cli.json('report', 'inventory', '--from', '2025-01', '--to', '2025-12');
    expect(statement.total.lines).toBe(0);
    expect(statement.held).toHaveLength(1);
    const { stdout } = await cli.run(['report', 'inventory']);
    expect(stdout).toContain('Held back, in no total: 1 line, 5 kWh');
    expect((await cli.json('report', 'held')).groups[0].activity).toBe('No such thing');

    // The file that went in takes its rows back; they stand as of the entry before.
    const { entries } = await cli.json('remove', 'activities', path);
    expect((await cli.json('report', 'held')).groups).toEqual([]);
    expect((await cli.json('report', 'held', '--as-of', String(entries[0] - 1))).groups).toHaveLength(1);
    const again = await cli.run(['remove', 'activities', path]);
    expect([again.code, again.stderr]).toEqual([5, expect.stringContaining('a1')]);
    const keyless = await cli.run(['remove', 'activities', await file('keyless.csv', 'activity\nx\n')]);
    expect([keyless.code, keyless.stderr]).toEqual([2, expect.stringContaining('external_id')]);
    // It stands again for what follows.
    expect((await cli.run(['import', 'activities', path, '--again'])).code).toBe(0);
    expect((await cli.json('report', 'held')).groups).toHaveLength(1);
  });

  it('estimates one activity, and a file of them row by row', async () => {
    const one = await cli.run([
      'estimate',
      'Natural gas',
      '1200',
      'kWh (Gross CV)',
      '--country',
      'GB',
      '--date',
      '2025-03-01',
    ]);
    // 1,200 kWh at 0.18296 and 0.03021 (well to tank) kg CO2e.
    expect([one.code, one.stdout]).toEqual([0, expect.stringContaining('255.804 kg CO2e  scopes 1 to 3')]);
    const rows = 'external_id,activity,quantity,unit,date,country\n1,Natural gas,1200,kWh (Gross CV),2025-03-01,GB\n';
    const quotes = await file(
      'quotes.csv',
      `${rows}2,Natural gas,5,kWh (Gross CV),2025-13-01,GB\n3,Unheard,5,kg,2025-01-01,\n`,
    );
    const output = join(files, 'estimates.csv');
    const all = await cli.run(['estimate', '--file', quotes, '--output', output]);
    expect([all.code, all.stdout]).toEqual([
      3,
      expect.stringContaining('1 row estimated, 255.804 kg CO2e; 1 would be held back'),
    ]);
    const [, first, second, third] = (await readFile(output, 'utf8')).split('\n');
    expect(first).toMatch(/^1,Natural gas,.*,estimated,255\.804,1\|3,3,/);
    expect(second).toContain('invalid,,,,,,date: 2025-13-01');
    expect(third).toContain('held,,,,,,no factor goes by this name: Unheard');
    const other = await cli.run(['estimate', '--file', await file('other.csv', 'colour\nred\n')]);
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('colour is none of the columns')]);
  });

  it('verifies, rebuilds to the same figures, and is healthy', async () => {
    const before = await cli.json('report', 'mrr', '--from', '2025-01', '--to', '2025-02');
    expect((await cli.json('verify')).findings).toEqual([]);
    const rebuilt = await cli.run(['rebuild']);
    expect([rebuilt.code, rebuilt.stdout]).toEqual([0, expect.stringContaining('built anew')]);
    expect(await cli.json('report', 'mrr', '--from', '2025-01', '--to', '2025-02')).toEqual(before);
    const doctor = await cli.json('doctor');
    expect(doctor.accounts).toEqual([{ slug: 'acme', seq: expect.any(Number), posted: expect.any(Object) }]);
  });
});

describe('what a newcomer meets', () => {
  it('says what is wrong in sentences and in options', async () => {
    const path = await file('typo.csv', 'external_id,acitvity,foo,start_date\n1,x,,2025-01-01\n');
    const typo = await cli.run(['import', 'activities', path]);
    expect(typo.stderr).toContain('no column "acitvity". Did you mean activity? Otherwise say which');
    expect(typo.stderr).toContain('--map "acitvity="');
    expect(typo.stderr.match(/data_quality/g)).toHaveLength(1);
    const rows = await file(
      'rows.csv',
      'external_id,activity,quantity,unit,start_date\n1,x,abc,kWh\n2,x,1,kWh,31/12/2024\n',
    );
    const { stdout } = await cli.run(['import', 'activities', rows, '--dry-run']);
    expect(stdout).toContain('of 2 rows, 0 would go in');
    expect(stdout).toContain('Read as CSV, delimiter comma, utf-8, decimal mark ., dates YYYY-MM-DD.');
    expect(stdout).toMatch(/Row 1: the row has 4 cells where the header has 5\. Fill up/);
    expect(stdout).toContain('--date-order dmy');
  });

  it('takes the example of the template and says what is held back, before and after', async () => {
    const template = await cli.run(['streams', 'template', 'activities']);
    const looked = await cli.run([
      'import',
      'activities',
      await file(
        'look.csv',
        `external_id,activity,quantity,unit,country,start_date
1,Perpetual motion,1,kWh,GB,2025-01-01
2,Natural gas,1,kWh (Gross CV),GB,2025-01-01
3,Natural gas,1,litres of tears,GB,2025-01-01
4,Perpetual motion,2,kWh,FR,2025-01-01
`,
      ),
      '--dry-run',
    ]);
    expect(looked.stdout).toContain('3 rows would be held back, in no total:');
    expect(looked.stdout).toContain('2 rows: no factor goes by this name (Perpetual motion)');
    expect(looked.stdout).toContain('1 row: the unit is not known (Natural gas)');
    const { stdout } = await cli.run(['import', 'activities', await file('template.csv', template.stdout)]);
    expect(stdout).toMatch(/1 activity taken, 0 rejected, 0 earlier superseded/);
    expect(stdout).toContain('1 line of the book is held back, in no total');
  });

  it('refuses what it does not know by name, and patterns in words', async () => {
    for (const [args, said] of [
      [['report', 'inventory', '--entity', 'Nowhere'], 'entity "Nowhere" is neither stated nor named'],
      [['report', 'inventory', '--scope', '4'], 'scope "4" is not one of 1, 2, 3, outside'],
      [['report', 'mrr', '--currency', 'XYZ'], 'currency "XYZ" is no currency of ISO 4217'],
      [['report', 'mrr', '--from', '2023'], 'from "2023" must be a day or month written like 2025-03-31'],
      [['accounts', 'create', 'Mill', '--name', 'Mill'], 'slug "Mill" must be lower-case letters'],
    ] as const) {
      const { code, stderr } = await cli.run(args);
      expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
    }
    const port = await cli.run(['doctor', '--home', join(files, 'elsewhere')], { env: { FOOTING_PORT: '99999' } });
    expect(port.stderr.match(/whole number/g)).toHaveLength(2);
  });

  it('shows the months that have movements, and explains every reference that it suggests', async () => {
    const today = () => new Date().toISOString().slice(0, 10);
    const before = today();
    const { to, until } = await cli.json('report', 'mrr');
    expect(to).toBe('2025-02-28');
    expect([before, today()]).toContain(until);
    const { stdout } = await cli.run(['report', 'metrics', '--from', '2025-01', '--to', '2025-03', '--names', 'mrr']);
    const ref = /footing explain '([^']+)'/.exec(stdout)?.[1] ?? '';
    expect(ref).toBe('mrr/2025-02/EUR/end');
    expect((await cli.json('explain', ref)).value).toBe('1505.62');
    expect((await cli.json('explain', 'metric/arr/2025-02/EUR')).value).toBe('18067.44');
  });

  it('names files, streams and keys in the journal, and lists warnings', async () => {
    const { stdout } = await cli.run(['journal', '--kind', 'records.import']);
    expect(stdout).toMatch(/records\.import +activities +template\.csv +command line/);
    expect((await cli.run(['journal', '--help'])).stdout).toContain('matching.decide');
    expect((await cli.run(['report', 'warnings'])).code).toBe(0);
  });
});

describe('keys and accounts', () => {
  it('makes a key that works from elsewhere until it is revoked', async () => {
    const { key, secret } = await cli.json('keys', 'create', '--name', 'elsewhere', '--role', 'read');
    const env = { FOOTING_URL: server.url, FOOTING_KEY: secret, FOOTING_HOME: join(files, 'nowhere') };
    const listed = await cli.run(['journal', '--json'], { env });
    expect([listed.code, JSON.parse(listed.stdout).entries.length > 3]).toEqual([0, true]);
    const refused = await cli.run(['import', 'plans', join(files, 'plans.csv'), '--json'], { env });
    expect([refused.code, JSON.parse(refused.stderr).code]).toEqual([4, 'forbidden']);
    await cli.json('keys', 'revoke', key.id);
    expect((await cli.run(['journal'], { env })).code).toBe(4);
  });

  it('asks which account when there are several', async () => {
    await cli.json('accounts', 'create', 'second', '--name', 'Second');
    const vague = await cli.run(['journal']);
    expect([vague.code, vague.stderr]).toEqual([2, expect.stringMatching(/--account: acme, second/)]);
    expect((await cli.json('journal', '--account', 'second')).entries.length).toBeLessThan(5);
    expect((await cli.run(['journal', '--account', 'third'])).code).toBe(5);
    expect((await cli.run(['accounts', 'create', 'second', '--name', 'Again'])).code).toBe(6);
  });

  it('keeps what it keeps for its owner only', async () => {
    for (const name of ['server.json', 'instance.key', 'keys/acme.key']) {
      expect((await stat(join(cli.home, name))).mode & 0o777, name).toBe(0o600);
    }
  });
});

describe('the command line itself', () => {
  it.each([
    [['nothing'], 2],
    [['nothing', '--help'], 2],
    [['serve', '--port', '99999'], 2],
    [['journal', '--colour'], 2],
    [['journal', '--limit', 'many'], 2],
    [['import', 'plans'], 2],
    [['import', 'plans', '/nowhere/at/all.csv', '--account', 'acme'], 5],
    [['import', 'nothing', 'PLANS', '--account', 'acme'], 5],
    [['journal', '99999', '--account', 'acme'], 5],
    [['journal', '--as-of', '99999', '--account', 'acme'], 2],
    [['--version'], 0],
    [['--help'], 0],
  ])('%j exits with %i', async (args, code) => {
    const path = join(files, 'plans.csv');
    const result = await cli.run(args.map((arg) => (arg === 'PLANS' ? path : arg)));
    expect([result.code, result.stderr]).toEqual([code, code === 0 ? '' : expect.stringMatching(/error/i)]);
  });

  it('has help with examples for every command', () => {
    const said = (command: Command) => {
      let text = '';
      command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
      return text;
    };
    expect(said(program)).toContain('Exit codes');
    const names = program.commands.map((command) => command.name());
    expect(names).toEqual(
      expect.arrayContaining(['serve', 'demo', 'import', 'report', 'explain', 'journal', 'doctor']),
    );
    const withChildren = (command: Command): Command[] => [command, ...command.commands.flatMap(withChildren)];
    const bare = program.commands
      .flatMap(withChildren)
      .filter((command) => !/Examples:\n {2}\$ (?:[A-Z_]+=\S+ )?footing/.test(said(command)));
    expect(bare.map((command) => `${command.parent?.name()} ${command.name()}`)).toEqual([]);
  });
});
