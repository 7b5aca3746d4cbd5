/**
 * Named places at which a test can make the world fail: the program is ended without a word (as by kill -9), or a store is. In normal
 * running `faultPoint` is one comparison. The variable FOOTING_FAULT has the form `<point>=<action>` or `<point>#<n>=<action>` for
 * the n-th passing (1 is the first).
 */

/** Every point, in the order in which an import or a post passes them. The fault tests go through this list. */
export const FAULT_POINTS = [
  'evidence.written',
  'evidence.renamed',
  'journal.inserted',
  'journal.committed',
  'posting.begun',
  'records.block',
  'records.loaded',
  'records.superseded',
  'revenue.loaded',
  'revenue.derived',
  'carbon.matched',
  'carbon.posted',
  'carbon.reversed',
  'posting.written',
  'posting.visible',
  'rebuild.filled',
  'rebuild.switched',
] as const;

export type FaultPoint = (typeof FAULT_POINTS)[number];
export const FAULT_ACTIONS = ['end-server', 'end-postgres', 'end-clickhouse', 'fail'] as const;
export type FaultAction = (typeof FAULT_ACTIONS)[number];

interface Armed {
  point: string;
  passing: number;
  action: FaultAction;
}

const handlers = new Map<FaultAction, () => void | Promise<void>>([
  ['end-server', () => process.kill(process.pid, 'SIGKILL') as unknown as undefined],
  [
    'fail',
    () => {
      throw new Error('a fault was asked for (FOOTING_FAULT)');
    },
  ],
]);

let armed: Armed | undefined = parse(process.env.FOOTING_FAULT);
let passings = 0;

/** The engines say how their stores are ended. */
export function onFault(action: FaultAction, handler: () => void | Promise<void>): void {
  handlers.set(action, handler);
}

/** Arms one fault in this process (for tests that run in it), or disarms with undefined. */
export function armFault(fault: string | undefined): void {
  armed = parse(fault);
  passings = 0;
}

export async function faultPoint(point: FaultPoint): Promise<void> {
  if (armed === undefined || armed.point !== point) return;
  passings += 1;
  if (passings !== armed.passing) return;
  const { action } = armed;
  armed = undefined;
  await handlers.get(action)?.();
}

function parse(text: string | undefined): Armed | undefined {
  if (!text) return undefined;
  const match = /^([a-z.]+)(?:#(\d+))?=([a-z-]+)$/.exec(text);
  const known = match && (FAULT_POINTS as readonly string[]).includes(match[1]!);
  if (!match || !known || !(FAULT_ACTIONS as readonly string[]).includes(match[3]!)) {
    throw new Error(`FOOTING_FAULT: "${text}" is not <point>[#n]=<action>; points: ${FAULT_POINTS.join(', ')}`);
  }
  return { point: match[1]!, passing: Number(match[2] ?? 1), action: match[3] as FaultAction };
}
