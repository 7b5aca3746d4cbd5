/**
 * `npm run bench`: Footing and hand-written DuckDB on the same files, one after the other, in one table with the targets.
 *   npm run bench -- [--only import,inventory,…] [--scale 0.1] [--folder DIR] [--keep] [--record]
 * Scale 1 is 10 million activities and 20 million invoice lines. Needs Linux for the memory figures. What is measured: README.md.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CARBON_PARTS, carbon } from './carbon.ts';
import { POST_PARTS, posting } from './posting.ts';
import { report } from './results.ts';
import { REVENUE_PARTS, revenue } from './revenue.ts';
import type { Bench } from './tools.ts';

const PARTS: readonly string[] = [...CARBON_PARTS, ...REVENUE_PARTS, ...POST_PARTS];

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: PARTS.join(',') },
    scale: { type: 'string', default: '1' },
    folder: { type: 'string', default: join(import.meta.dirname, 'data') },
    keep: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
  },
});
const chosen = new Set(options.only.split(','));
for (const part of chosen)
  if (!PARTS.includes(part)) throw new Error(`Unknown part ${part}; there are ${PARTS.join(', ')}`);
const bench: Bench = {
  scale: Number(options.scale),
  folder: options.folder,
  keep: options.keep,
  wants: (...parts) => parts.some((part) => chosen.has(part)),
};

if (bench.wants(...CARBON_PARTS)) await carbon(bench);
if (bench.wants(...REVENUE_PARTS)) await revenue(bench);
if (bench.wants(...POST_PARTS)) await posting(bench);
report(bench.scale, options.record);
