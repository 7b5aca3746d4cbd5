/** What an operator wants to know at a glance, and what is wrong: the engines' diagnosis and how far the books are. */
import { Type } from 'typebox';
import { diagnose, type StoreDiagnosis } from '../engines/index.ts';
import type { Problem } from '../kernel/errors.ts';
import type { HttpContext } from './context.ts';
import { Nullable, ProblemItem } from './schemas.ts';

const strict = { additionalProperties: false } as const;

const StoreSchema = Type.Object(
  {
    kind: Type.Enum(['embedded', 'remote']),
    version: Type.String(),
    answers_in_ms: Nullable(Type.Number()),
    resident_bytes: Nullable(Type.Integer()),
    bytes: Type.Integer({ description: 'All databases together' }),
    settings: Type.Record(Type.String(), Type.String()),
  },
  strict,
);

export const DoctorSchema = Type.Object(
  {
    healthy: Type.Boolean(),
    problems: Type.Array(ProblemItem),
    version: Type.String(),
    platform: Type.Object(
      {
        system: Type.String(),
        release: Type.String(),
        architecture: Type.String(),
        node: Type.String(),
        cpus: Type.Integer(),
        memory_bytes: Type.Integer(),
      },
      strict,
    ),
    home: Type.Object(
      {
        path: Type.String(),
        mode: Type.String(),
        free_bytes: Type.Integer(),
        parts: Type.Array(Type.Object({ name: Type.String(), bytes: Type.Integer() }, strict)),
      },
      strict,
    ),
    postgresql: StoreSchema,
    clickhouse: StoreSchema,
    evidence: Type.Object({ files: Type.Integer(), bytes: Type.Integer() }, strict),
    accounts: Type.Array(
      Type.Object(
        {
          slug: Type.String(),
          seq: Type.Integer({ description: 'Last entry of the journal' }),
          posted: Type.Record(Type.String(), Type.Integer(), { description: 'Last entry that each book holds' }),
        },
        strict,
      ),
    ),
  },
  strict,
);

export async function doctorReport(context: HttpContext) {
  const found = await diagnose(context.footing.engines);
  const problems: Problem[] = [...found.problems];
  const accounts = await accountStates(context, problems);
  return {
    healthy: problems.length === 0,
    problems,
    version: context.version,
    platform: {
      system: found.platform.system,
      release: found.platform.release,
      architecture: found.platform.architecture,
      node: found.platform.node,
      cpus: found.platform.cpus,
      memory_bytes: found.platform.memoryBytes,
    },
    home: {
      path: found.home.path,
      mode: found.home.mode,
      free_bytes: found.home.freeBytes,
      parts: found.home.parts.map(({ name, bytes }) => ({ name, bytes })),
    },
    postgresql: storeView(found.postgres),
    clickhouse: storeView(found.clickhouse),
    evidence: { files: found.evidence.files, bytes: found.evidence.bytes },
    accounts,
  };
}

const storeView = (store: StoreDiagnosis) => ({
  kind: store.kind,
  version: store.version,
  answers_in_ms: store.answersInMilliseconds ?? null,
  resident_bytes: store.residentBytes ?? null,
  bytes: store.databases.reduce((sum, database) => sum + database.bytes, 0),
  settings: store.settings,
});

/** Where every account's books are; a book that cannot be posted is a problem with its reason. */
async function accountStates({ footing }: HttpContext, problems: Problem[]) {
  const states = [];
  try {
    for (const account of await footing.accounts.list()) {
      const posted: Record<string, number> = {};
      for (const { name } of footing.books) {
        posted[name] = await footing.ledger.posted(account.id, name);
        const failure = await footing.ledger.failure(account.id, name);
        if (failure !== null)
          problems.push({
            field: `${account.slug}: ${name} book`,
            reason: `cannot be posted: ${failure.replace(/\.$/, '')}`,
          });
      }
      states.push({ slug: account.slug, seq: (await footing.journal.head(account.id)).seq, posted });
    }
  } catch (error) {
    // The diagnosis must come out even when the stores do not answer; it says so itself.
    footing.engines.log.error({ err: error }, 'accounts cannot be read');
    problems.push({ field: 'accounts', reason: 'cannot be read; the log says why' });
  }
  return states;
}
