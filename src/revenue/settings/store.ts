/** Settings as stated: entries, the table that they add to, the settings as of an entry, and the proof by replay. */
import type { Pool, PoolClient } from 'pg';
import type { Engines } from '../../engines/types.ts';
import type { Entry, Journal, Json } from '../../journal/types.ts';
import { FootingError } from '../../kernel/errors.ts';
import { DEFAULT_REVENUE_SETTINGS, type RevenueSettings } from '../rules/index.ts';
import { checkSetting, type SettingName, type StatedSettings, toRevenueSettings } from './definitions.ts';

/** Payload {@link SettingsPayload}. */
export const SETTINGS_KIND = 'revenue.settings';

export interface SettingsPayload {
  /** Data source that they are about; null for the account. */
  source: string | null;
  /** Settings that are not named stay; null is the default again. */
  settings: StatedSettings;
}

const SOURCE_CHARACTERS_MAX = 200;

/**
 * States settings: an entry. Returns its seq. Errors: `invalid` naming the setting, its value and what it takes; the values of several are
 * checked together.
 */
export async function setSettings(
  journal: Journal,
  accountId: number,
  actor: string,
  input: { source: string | null; settings: Record<string, Json> },
): Promise<number> {
  const payload = checkedSettings(input);
  const { entry } = await journal.append(accountId, {
    kind: SETTINGS_KIND,
    actor,
    payload: payload as unknown as Json,
    effects: (tx, seq) => applySettings(tx, { accountId, seq, payload: payload as unknown as Json }),
  });
  return entry.seq;
}

/** As they are stated. Errors: `invalid` with a problem per setting that cannot be so. */
export function checkedSettings(input: { source: string | null; settings: Record<string, Json> }): SettingsPayload {
  const { source } = input;
  if (source !== null && (source === '' || source.length > SOURCE_CHARACTERS_MAX)) {
    throw new FootingError('invalid', 'A data source has a name.', {
      problems: [{ field: 'source', value: source, reason: `must have 1 to ${SOURCE_CHARACTERS_MAX} characters` }],
    });
  }
  const names = Object.entries(input.settings);
  if (names.length === 0) throw new FootingError('invalid', 'No setting is named.');
  const problems: FootingError['problems'] = [];
  const settings: StatedSettings = {};
  for (const [name, value] of names) {
    try {
      settings[name as SettingName] = checkSetting(name, value, source);
    } catch (error) {
      if (!(error instanceof FootingError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length === 0) return { source, settings };
  throw new FootingError(
    'invalid',
    `${problems.length === 1 ? 'A setting' : `${problems.length} settings`} cannot be so; nothing was changed.`,
    { problems },
  );
}

async function applySettings(tx: PoolClient, entry: Pick<Entry, 'accountId' | 'seq' | 'payload'>): Promise<void> {
  const { source, settings } = entry.payload as unknown as SettingsPayload;
  const names = Object.keys(settings) as SettingName[];
  await tx.query(
    `INSERT INTO revenue_settings (account_id, source, name, seq, value)
     SELECT $1, $2, name, $3, value
     FROM unnest($4::text[], $5::jsonb[]) AS given (name, value)`,
    [
      entry.accountId,
      source ?? '',
      entry.seq,
      names,
      names.map((name) => (settings[name] === null ? null : JSON.stringify(settings[name]))),
    ],
  );
}

/** Statements of settings of an account, to be asked for the state as of any entry up to the one they were read as of. */
export class SettingsHistory {
  private readonly statements: ReadonlyArray<{ source: string; name: string; seq: number; value: Json }>;
  private readonly defaults: RevenueSettings;

  constructor(
    statements: ReadonlyArray<{ source: string; name: string; seq: number; value: Json }>,
    accountTimeZone: string,
  ) {
    this.statements = statements;
    this.defaults = { ...DEFAULT_REVENUE_SETTINGS, timeZone: accountTimeZone };
  }

  /** What was stated, by data source ('' for the account) and name. */
  statedAsOf(seq: number): { account: StatedSettings; sources: Record<string, StatedSettings> } {
    const found: Record<string, StatedSettings> = {};
    for (const { source, name, seq: stated, value } of this.statements) {
      if (stated > seq) continue;
      found[source] ??= {};
      found[source][name as SettingName] = value;
    }
    const { '': account = {}, ...sources } = found;
    return { account, sources };
  }

  /** What holds as of entry `seq`. */
  asOf(seq: number): RevenueSettings {
    const { account, sources } = this.statedAsOf(seq);
    return toRevenueSettings(account, sources, this.defaults);
  }

  /** The same with settings that were not stated. */
  asOfWith(seq: number, tried: readonly SettingsPayload[]): RevenueSettings {
    const { account, sources } = this.statedAsOf(seq);
    for (const { source, settings } of tried) {
      if (source === null) Object.assign(account, settings);
      else sources[source] = { ...sources[source], ...settings };
    }
    return toRevenueSettings(account, sources, this.defaults);
  }
}

/** Every statement up to entry `seq`. One query; an account that stated nothing costs as little. */
export async function settingsHistory(pg: Pool, accountId: number, seq: number): Promise<SettingsHistory> {
  const { rows } = await pg.query<{
    time_zone: string;
    source: string | null;
    name: string | null;
    seq: string | null;
    value: Json;
  }>(
    `SELECT accounts.time_zone, stated.source, stated.name, stated.seq, stated.value
     FROM accounts
     LEFT JOIN revenue_settings AS stated ON stated.account_id = accounts.id AND stated.seq <= $2
     WHERE accounts.id = $1
     ORDER BY stated.seq`,
    [accountId, seq],
  );
  const statements = rows.flatMap((row) =>
    row.source === null ? [] : [{ source: row.source, name: row.name!, seq: Number(row.seq), value: row.value }],
  );
  return new SettingsHistory(statements, rows[0]?.time_zone ?? 'UTC');
}

/** What holds as of entry `seq`: the stated settings over the defaults. */
export async function revenueSettingsAsOf(pg: Pool, accountId: number, seq: number): Promise<RevenueSettings> {
  return (await settingsHistory(pg, accountId, seq)).asOf(seq);
}

const PAGE_ENTRIES_MAX = 1_000;

/** Rows of the table that no entry states, or the other way round; [] when they agree. */
export async function verifySettings(
  engines: Engines,
  journal: Journal,
  accountId: number,
): Promise<Array<{ where: string; expected: string; found: string }>> {
  const tx = await engines.pg.connect();
  try {
    await tx.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    const head = await tx.query<{ head_seq: string }>('SELECT head_seq FROM accounts WHERE id = $1', [accountId]);
    const last = Number(head.rows[0]?.head_seq ?? 0);
    const schema = (await tx.query<{ schema: string }>('SELECT current_schema() AS schema')).rows[0]!.schema;
    // The temporary table hides the real one from applySettings.
    await tx.query('CREATE TEMPORARY TABLE revenue_settings (LIKE revenue_settings INCLUDING ALL) ON COMMIT DROP');
    for (let after = 0; after < last; ) {
      const kinds = [SETTINGS_KIND];
      const page = await journal.list(accountId, { after, before: last + 1, limit: PAGE_ENTRIES_MAX, kinds });
      for (const entry of page) await applySettings(tx, entry);
      after = page.length < PAGE_ENTRIES_MAX ? last : page.at(-1)!.seq;
    }
    const { rows } = await tx.query<{ where: string; stated: string | null; found: string | null }>(
      `SELECT concat_ws(' ', 'setting', name, nullif(source, ''), 'of entry', seq) AS where,
              replayed.value::text AS stated, kept.value::text AS found
       FROM (SELECT source, name, seq, coalesce(value, 'null') AS value FROM revenue_settings) AS replayed
       FULL JOIN (
         SELECT source, name, seq, coalesce(value, 'null') AS value
         FROM "${schema}".revenue_settings
         WHERE account_id = $1
       ) AS kept USING (source, name, seq)
       WHERE replayed.value IS DISTINCT FROM kept.value
       ORDER BY 1
       LIMIT 1000`,
      [accountId],
    );
    return rows.map(({ where, stated, found }) => ({
      where,
      expected: stated ?? 'nothing',
      found: found ?? 'nothing',
    }));
  } finally {
    await tx.query('ROLLBACK').catch(() => {});
    tx.release();
  }
}
