/** Runs Footing as a process of its own, ends it, starts it again, and tells one story of imports and posts to it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';
import { isAlive, waitForEnd } from '../../src/engines/processes.ts';
import type { Answer, Command } from './commands.ts';

const PROGRAM = join(import.meta.dirname, 'footing-process.ts');
/** A supervisor gives a store up after ten restarts without peace; a server is restarted well before that. */
const KILLS_PER_SERVER_MAX = 7;

/** One run of the program. An ask to a program that ends before it answers is answered with `error: 'ended'`. */
class Run {
  readonly child: ChildProcess;
  readonly started: Promise<Answer>;
  readonly ended: Promise<NodeJS.Signals | number | null>;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #asked = 0;

  constructor(home: string, env: NodeJS.ProcessEnv = {}) {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.started = promise;
    this.child = spawn(process.execPath, [PROGRAM], {
      env: {
        PATH: process.env.PATH ?? '',
        FOOTING_HOME: home,
        // Defined and empty: stores can be ended, nothing is armed yet.
        FOOTING_FAULT: '',
        FOOTING_LOG_LEVEL: process.env.FOOTING_LOG_LEVEL ?? 'fatal',
        FAULTS_DEBUG: process.env.FAULTS_DEBUG ?? '',
        ...env,
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.child.stdin!.on('error', () => {});
    createInterface({ input: this.child.stdout! }).on('line', (line) => {
      const answer = JSON.parse(line) as Answer;
      if (answer.id === undefined) resolve(answer);
      else {
        this.#waiting.get(answer.id)?.(answer);
        this.#waiting.delete(answer.id);
      }
    });
    this.ended = new Promise((done) => {
      this.child.once('exit', (code, signal) => {
        const gone: Answer = { error: 'ended', message: `the program ended (${signal ?? code})` };
        resolve(gone);
        for (const answer of this.#waiting.values()) answer(gone);
        this.#waiting.clear();
        done(signal ?? code);
      });
    });
  }

  get gone(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  ask(command: Command): Promise<Answer> {
    if (this.gone) return Promise.resolve({ error: 'ended' });
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.child.stdin!.write(`${JSON.stringify({ id, ...command })}\n`);
    });
  }
}

/** A data folder and the server on it, started when it is needed. */
export class Server {
  readonly base: string;
  readonly home: string;
  readonly #env: NodeJS.ProcessEnv;
  #run: Run | undefined;
  #kills = 0;

  private constructor(base: string, env: NodeJS.ProcessEnv) {
    this.base = base;
    this.home = join(base, 'home');
    this.#env = env;
  }

  static async make(env: NodeJS.ProcessEnv = {}): Promise<Server> {
    return new Server(await mkdtemp(join(tmpdir(), 'footing-faults-')), env);
  }

  async running(): Promise<Run> {
    if (this.#run?.gone) this.#run = undefined;
    if (this.#run === undefined) {
      this.#run = new Run(this.home, this.#env);
      this.#kills = 0;
      expect(await this.#run.started).toMatchObject({ pid: this.#run.child.pid });
    }
    return this.#run;
  }

  /** A second program on the same folder. */
  async second(): Promise<Answer> {
    const run = new Run(this.home, this.#env);
    const answer = await run.started;
    run.child.stdin!.end();
    await run.ended;
    return answer;
  }

  async ask(command: Command): Promise<Answer> {
    return (await this.running()).ask(command);
  }

  /** The answer to a command that must succeed. */
  async told(command: Command): Promise<Answer> {
    const answer = await this.ask(command);
    expect(answer, JSON.stringify(command)).not.toHaveProperty('error');
    return answer;
  }

  async pids(): Promise<{ server: number; postgres: number; clickhouse: number }> {
    await this.running();
    const { pid, postgres, clickhouse } = await this.told({ do: 'pids' });
    return { server: pid!, postgres: postgres!, clickhouse: clickhouse! };
  }

  /** Counts the end of a store; now and then the server is stopped and started, before its supervisor gives up. */
  async peace(): Promise<void> {
    this.#kills += 1;
    if (this.#kills >= KILLS_PER_SERVER_MAX) await this.stop();
  }

  /** A clean stop; nothing may be left behind. */
  async stop(): Promise<void> {
    if (this.#run === undefined) return;
    const pids = this.#run.gone ? [] : Object.values(await this.pids());
    this.#run.child.stdin!.end();
    await this.#run.ended;
    this.#run = undefined;
    expect(pids.filter(isAlive)).toEqual([]);
  }

  /** Ends what runs, cleanly when that is possible, and asks nothing. */
  async halt(): Promise<void> {
    const run = this.#run;
    this.#run = undefined;
    if (run === undefined || run.gone) return;
    const left = await run.ask({ do: 'pids' });
    run.child.stdin!.end();
    const timer = setTimeout(() => run.child.kill('SIGKILL'), 15_000);
    await run.ended;
    clearTimeout(timer);
    for (const pid of [left.postgres, left.clickhouse]) if (pid !== undefined) await waitForEnd(pid, 5_000);
  }

  async remove(): Promise<void> {
    await this.halt();
    await rm(this.base, { recursive: true, force: true });
  }
}

const CUSTOMERS = 40;
const SITES = ['reading-hq', 'lyon-depot', 'leipzig-plant'];
/** By exact names of the catalogue; the last one is in none and is held back. */
const ACTIVITIES: Array<[name: string, unit: string]> = [
  ['Diesel (average biofuel blend)', 'l'],
  ['Flight, short-haul, economy class, with RF', 'pkm'],
  ['Business travel, car, average, unknown fuel', 'km'],
  ['Imagined activity', 'kg'],
];

const INVOICE_HEADER =
  'customer_external_id,invoice_external_id,date,currency,external_id,type,subscription_external_id,plan_external_id,service_period_start,service_period_end,amount_in_cents,quantity';
const ACTIVITY_HEADER = 'external_id,entity,activity,quantity,unit,start_date,end_date,country,notes';

async function write(path: string, header: string, lines: Iterable<string>): Promise<string> {
  await writeFile(path, `${header}\n${[...lines].join('\n')}\n`);
  return path;
}

function* invoiceLines(from: number, to: number, cents: number): Generator<string> {
  for (let month = from; month < to; month++) {
    const day = (at: number) => `${2023 + Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}-01`;
    for (let customer = 0; customer < CUSTOMERS; customer++) {
      // Some pause, so that there are churn and reactivations.
      if ((customer + month) % 7 === 0) continue;
      const amount = cents + customer * 10 + (month % 5 === 0 ? 300 : 0);
      yield `C-${customer},I-${month}-${customer},${day(month)},EUR,L-${month}-${customer},subscription,S-${customer},monthly,${day(month)},${day(month + 1)},${amount},1`;
    }
  }
}

function* activityLines(from: number, to: number, quantity: number, noteCharacters: number): Generator<string> {
  for (let i = from; i < to; i++) {
    const [name, unit] = ACTIVITIES[i % ACTIVITIES.length]!;
    // Every fifth spans two months and is split by days.
    const end = i % 5 === 0 ? '2025-02-10' : '2025-01-20';
    yield `A-${i},${SITES[i % SITES.length]},"${name}",${i % 100}.${quantity},${unit},2025-01-15,${end},GB,"note ${i} ${'x'.repeat(noteCharacters)}"`;
  }
}

const postedInvoice = (id: string, amount: number) => ({
  customer_external_id: 'C-1',
  invoice_external_id: id,
  date: '2024-03-01',
  currency: 'EUR',
  external_id: id.replace('I', 'L'),
  type: 'subscription',
  subscription_external_id: 'S-1',
  plan_external_id: 'monthly',
  service_period_start: '2024-03-01',
  service_period_end: '2024-04-01',
  amount_in_cents: amount,
  quantity: 1,
});
const postedActivity = (id: string, quantity: string) => ({
  external_id: id,
  entity: SITES[0]!,
  activity: ACTIVITIES[0]![0],
  quantity,
  unit: 'l',
  start_date: '2025-01-01',
  end_date: '2025-02-28',
  country: 'GB',
});

export type Step = 'base' | 'import' | 'large' | 'post';

/**
 * The commands of a step, in the order in which their entries stand in the journal; both books are at work in each. Every turn
 * states keys of the turn before again (with other amounts) and new ones.
 */
export async function commandsOf(step: Step, turn: number, folder: string): Promise<(slug: string) => Command[]> {
  const path = (name: string) => join(folder, `${name}-${turn}.csv`);
  const key = (name: string) => `${name}-${turn}`;
  if (step === 'post') {
    return (slug) => [
      {
        do: 'post',
        slug,
        stream: 'activities',
        rows: [postedActivity('A-7', `${turn}.75`), postedActivity(`P-${turn}`, '3')],
        key: key('activities'),
      },
      {
        do: 'post',
        slug,
        stream: 'invoices',
        rows: [postedInvoice('I-8-1', 7_700 + turn), postedInvoice(`I-P-${turn}`, 4_100)],
        key: key('invoices'),
      },
      { do: 'remove', slug, stream: 'activities', keys: [{ external_id: `A-${turn * 11}` }], key: key('removal') },
    ];
  }
  if (step === 'large') {
    const file = await write(path('large'), ACTIVITY_HEADER, activityLines(turn * 100, turn * 100 + 20_000, 7, 1_000));
    return (slug) => [{ do: 'import', slug, stream: 'activities', file }];
  }
  const from = turn * 100;
  const activities = await write(path('activities'), ACTIVITY_HEADER, activityLines(from, from + 300, turn % 10, 20));
  const months: [number, number] = step === 'base' ? [0, 12] : [6 + (turn % 5), 9 + (turn % 5)];
  const invoices = await write(path('invoices'), INVOICE_HEADER, invoiceLines(...months, 1_000 + turn * 7));
  return (slug) => [
    { do: 'import', slug, stream: 'activities', file: activities },
    { do: 'import', slug, stream: 'invoices', file: invoices },
  ];
}

/**
 * Two accounts on one server that are told the same: `struck` under faults, `plain` without any. After every turn both books of both
 * must hold the same rows, amounts and entries.
 */
export class Twins {
  readonly server: Server;
  #turn = 0;

  private constructor(server: Server) {
    this.server = server;
  }

  /** `prepare` may make the data folder before the server does. */
  static async make(prepare?: (home: string) => Promise<void>): Promise<Twins> {
    const twins = new Twins(await Server.make());
    await prepare?.(twins.server.home);
    const commands = await commandsOf('base', 0, twins.server.base);
    for (const slug of ['plain', 'struck']) {
      await twins.server.told({ do: 'account', slug });
      for (const command of commands(slug)) await twins.server.told(command);
    }
    await twins.agree();
    return twins;
  }

  async tell(step: Step, fault: string): Promise<void> {
    this.#turn += 1;
    const commands = await commandsOf(step, this.#turn, this.server.base);
    // The struck one first: the same bytes are stored as evidence once only.
    await tellWithFault(this.server, commands('struck'), fault);
    for (const command of commands('plain')) await this.server.told(command);
    // Nothing may be left to post that could pass the next fault's point.
    for (const slug of ['struck', 'plain']) await this.server.told({ do: 'caught-up', slug });
  }

  async agree(): Promise<void> {
    const [plain, struck] = [await this.books('plain'), await this.books('struck')];
    expect(struck).toEqual(plain);
  }

  /** Books the struck account anew from its journal and compares every total with what was kept up. (The plain one has the same rows.) */
  async verify(): Promise<void> {
    await this.agree();
    expect(await this.server.told({ do: 'verify', slug: 'struck' })).toMatchObject({ findings: [] });
  }

  async books(slug: string): Promise<Answer> {
    const { id: _, ...content } = await this.server.told({ do: 'books', slug });
    return content;
  }
}

/**
 * Tells one step while a fault is armed, repeats whatever was not answered as a client does, and returns when both books are up with
 * the journal. What was acknowledged must be found again under the same entry.
 */
export async function tellWithFault(server: Server, commands: readonly Command[], fault: string): Promise<void> {
  const before = await server.pids();
  await server.told({ do: 'arm', fault });
  const first = await attempt(server, commands);
  await fell(server, before, fault).finally(() => server.ask({ do: 'arm' }));
  // The caller's retries: all of them, in order, as one who does not know what was done.
  const again: Answer[] = [];
  for (const command of commands) again.push(await server.told(command));
  for (const [i, answer] of first.entries()) {
    if (answer.seq === undefined) continue;
    expect(again[i]!.seq, 'an acknowledged entry is found again').toBe(answer.seq);
    expect(again[i]!.replayed ?? again[i]!.state === 'already').toBe(true);
  }
}

/** Sends the commands one after the other until one fails; then waits for the books, so that later points are passed too. */
export async function attempt(server: Server, commands: readonly Command[]): Promise<Answer[]> {
  const run = await server.running();
  const answers: Answer[] = [];
  for (const command of commands) {
    const answer = await run.ask(command);
    if (answer.error !== undefined) {
      expect(['ended', 'unavailable', 'other'], `${command.do}: ${answer.message}`).toContain(answer.error);
      return answers;
    }
    answers.push(answer);
  }
  const slug = (commands[0] as { slug: string }).slug;
  const caught = await run.ask({ do: 'caught-up', slug });
  if (caught.error !== undefined) expect(['ended', 'unavailable', 'other']).toContain(caught.error);
  return answers;
}

/** The fault must have happened: a test whose fault is never reached proves nothing. */
export async function fell(
  server: Server,
  before: { server: number; postgres: number; clickhouse: number },
  fault: string,
) {
  const run = await server.running();
  const [what] = fault.split('=end-').slice(1) as ['server' | 'postgres' | 'clickhouse'];
  await expect.poll(() => isAlive(before[what]), { timeout: 10_000, message: `${fault} was passed` }).toBe(false);
  if (what === 'server') expect(run.child.pid).not.toBe(before.server);
  else await server.peace();
}
