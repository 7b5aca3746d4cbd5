/** What the fault tests ask of a Footing process; one JSON object a line. */
import type { Json } from '../../src/journal/types.ts';

export type Command =
  /** Arms one fault for what comes next; undefined: disarms. */
  | { do: 'arm'; fault?: string }
  | { do: 'account'; slug: string }
  | { do: 'import'; slug: string; stream: string; file: string }
  | { do: 'post'; slug: string; stream: string; rows: Array<Record<string, Json>>; key: string }
  | { do: 'remove'; slug: string; stream: string; keys: Array<Record<string, string>>; key: string }
  | { do: 'rebuild'; slug: string }
  | { do: 'head'; slug: string }
  /** Waits until both books have posted the journal's head. */
  | { do: 'caught-up'; slug: string }
  /** Number and hash of all rows of every table of both books, and what the imports amounted to. */
  | { do: 'books'; slug: string }
  | { do: 'verify'; slug: string }
  /** Ledgers that PostgreSQL names, and databases that ClickHouse has. */
  | { do: 'generations' }
  /** Who runs now: the program and its stores. */
  | { do: 'pids' };

export interface Answer {
  [key: string]: unknown;
  id?: number;
  error?: string;
  message?: string;
  pid?: number;
  postgres?: number;
  clickhouse?: number;
  seq?: number;
  state?: string;
  replayed?: boolean;
  findings?: unknown[];
}
