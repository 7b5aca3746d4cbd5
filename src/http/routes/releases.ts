/** Releases of factors: those that are known, import of a publisher's file, what adopting them would do, adoption; calculation methods. */
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import {
  ADOPT_KIND,
  adoptedReleases,
  differenceOf,
  effectOfAdopting,
  FACTOR_FILE_BYTES_MAX,
  GWP_SET_NAMES,
  type GwpSetName,
  importRelease,
  METHODS,
  type ReleaseView,
  readPublication,
  releaseAsOf,
  releaseHash,
  releasesKnown,
} from '../../carbon/index.ts';
import type { Json } from '../../journal/types.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import type { ReadContext } from '../../ledger/types.ts';
import { leaveBodiesAsStreams, uploadOf } from '../bodies.ts';
import { accountOf, actorOf, type HttpContext, setSeq } from '../context.ts';
import { TAGS } from '../openapi.ts';
import { openRead } from '../reading.ts';
import { AsOf, DecimalText, Nullable, problemAnswers } from '../schemas.ts';
import type { Scope } from '../scope.ts';
import { Gwp, text } from './carbonSchemas.ts';

const strict = { additionalProperties: false } as const;
const RELEASES_MAX = 200;

const ReleaseSchema = Type.Object(
  {
    id: Type.String(),
    title: Type.String(),
    publisher: Type.String(),
    year: Type.Integer(),
    edition: Type.String(),
    licence: Type.String(),
    licence_url: Type.String(),
    attribution: Type.String(),
    url: Type.String(),
    gwp_source: Type.String({ description: 'Set of potentials that the source calculated with' }),
    factors: Type.Integer({ description: 'Factors in it' }),
    rows_read: Type.Integer(),
    left: Type.Record(Type.String(), Type.Integer(), { description: 'Rows that did not become factors, by reason' }),
    notes: Type.Array(Type.String()),
    content_hash: Type.String({ description: 'SHA-256 of its factors' }),
    adopted: Type.Boolean({ description: 'In force: factors of it are used' }),
    imported_by: Nullable(
      Type.Integer({ description: 'Entry that imported it; null for what ships with the product' }),
    ),
  },
  strict,
);
const DifferenceSchema = Type.Object(
  {
    with: Nullable(
      Type.String({ description: 'The release that it is compared with: the newest earlier one of the publisher' }),
    ),
    factors: Type.Integer(),
    added: Type.Integer(),
    removed: Type.Integer(),
    changed: Type.Integer(),
    unchanged: Type.Integer(),
    largest: Type.Array(
      Type.Object(
        {
          factor: Type.String({ description: 'Id without the release' }),
          unit: Type.String(),
          unit_before: Type.String({ description: 'Differs where a unit is money of one year' }),
          measure: Type.Enum(['co2e', 'co2_biogenic'], {
            description: 'What is compared; biogenic CO2 of factors that have no CO2e',
          }),
          before: Type.String({ description: 'kg per unit' }),
          after: Type.String(),
          percent: Nullable(Type.String({ description: 'Change in per cent; null from 0' })),
        },
        strict,
      ),
      { description: 'The largest changes' },
    ),
  },
  strict,
);
const EffectSchema = Type.Object(
  {
    descriptors: Type.Integer({ description: 'Descriptions by year that would take another factor' }),
    lines: Type.Integer(),
    before_kg: DecimalText,
    after_kg: DecimalText,
    change_kg: DecimalText,
    newly_held: Type.Integer({ description: 'Lines that would be held back and are not' }),
    no_longer_held: Type.Integer({ description: 'Lines that are held back and would not be' }),
    not_estimated: Type.Integer({
      description: 'Lines that are not in the figures: without a rate on some day, or on another basis',
    }),
  },
  { ...strict, description: 'What it would do to the inventory, scopes 1 to 3' },
);
const ImportedSchema = Type.Object(
  {
    seq: Type.Integer({ description: 'Entry that states it' }),
    repeated: Type.Boolean({ description: 'The release was known already, with the same content' }),
    release: ReleaseSchema,
    difference: DifferenceSchema,
    effect: EffectSchema,
  },
  strict,
);
const AdoptedSchema = Type.Object(
  {
    preview: Type.Boolean(),
    seq: Type.Integer(),
    releases: Type.Array(Type.String(), { description: 'In force from this entry on' }),
    effect: Type.Union([EffectSchema, Type.Null()], { description: 'Of a preview' }),
  },
  strict,
);
const MethodSchema = Type.Object(
  {
    name: Type.String(),
    title: Type.String(),
    formula: Type.String(),
    quantity: Nullable(Type.String({ description: 'What quantity and unit are; null where none is taken' })),
    inputs: Type.Array(
      Type.Object(
        {
          name: Type.String({ description: 'Attribute of the activity' }),
          kind: Type.Enum(['number', 'text']),
          required: Type.Boolean(),
          default: Nullable(Type.String()),
          description: Type.String(),
        },
        strict,
      ),
    ),
    category: Nullable(Type.Integer({ description: 'Scope-3 category of its lines; null = as the factor says' })),
    reported_as: Nullable(Type.String({ description: 'Method of its lines; null = that of the factor' })),
  },
  strict,
);

export function releaseRoutes(app: Scope, context: HttpContext): void {
  const { footing } = context;
  const { journal } = footing;

  app.get(
    '/api/carbon/releases',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.reports],
        summary: 'Releases of emission factors that are known, and which of them are in force',
        querystring: Type.Object({ as_of: AsOf }, strict),
        response: { 200: Type.Object({ releases: Type.Array(ReleaseSchema) }, strict), ...problemAnswers },
      },
    },
    async (request, reply) => {
      const read = await openRead(context, request, reply, 'carbon');
      if (read === null) return reply;
      return { releases: (await releasesKnown(read)).map(releaseView) };
    },
  );

  app.get(
    '/api/carbon/releases/:release/difference',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.reports],
        summary: 'What a release changes against the earlier one of its publisher, factor by factor',
        params: Type.Object({ release: text('Id of the release') }, strict),
        querystring: Type.Object({ as_of: AsOf }, strict),
        response: { 200: DifferenceSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const read = await openRead(context, request, reply, 'carbon');
      if (read === null) return reply;
      return differenceOf(read, await known(read, request.params.release));
    },
  );

  app.post(
    '/api/carbon/releases/adopt',
    {
      config: { access: 'write' },
      schema: {
        tags: [TAGS.records],
        summary: 'Take releases into force or out of it; or see first what that would do',
        description: 'Every activity is matched again; the old figures stay readable as of earlier entries.',
        body: Type.Object(
          {
            add: Type.Optional(Type.Array(text('Release'), { maxItems: RELEASES_MAX })),
            remove: Type.Optional(Type.Array(text('Release'), { maxItems: RELEASES_MAX })),
            preview: Type.Optional(Type.Boolean({ description: 'Only say what it would do' })),
            gwp: Type.Optional(Gwp),
          },
          strict,
        ),
        response: { 200: AdoptedSchema, 201: AdoptedSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const { add = [], remove = [], preview = false, gwp = 'AR5' } = request.body;
      const read = await footing.read(accountOf(request), 'carbon');
      const before = (await adoptedReleases(read, read.seq)).map(({ release }) => release);
      const notAdopted = remove.filter((id) => !before.includes(id));
      if (notAdopted.length > 0)
        throw new FootingError('not_found', `${notAdopted.map(shown).join(', ')} is not in force.`);
      const wanted = [...new Set([...before.filter((id) => !remove.includes(id)), ...add])].sort();
      const loaded = await Promise.all(wanted.map((id) => known(read, id)));
      if (preview) {
        const effect = await effectOfAdopting(read, wanted, gwp as GwpSetName);
        setSeq(reply, read.seq);
        return reply.code(200).send({ preview: true, seq: read.seq, releases: wanted, effect });
      }
      const payload = { releases: loaded.map(({ release }) => ({ release: release.id, hash: releaseHash(release) })) };
      const { entry } = await journal.append(accountOf(request), {
        kind: ADOPT_KIND,
        actor: actorOf(request),
        payload: payload as unknown as Json,
      });
      setSeq(reply, entry.seq);
      return reply.code(201).send({ preview: false, seq: entry.seq, releases: wanted, effect: null });
    },
  );

  app.get(
    '/api/carbon/methods',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.streams],
        summary: 'Calculation methods: what each takes, and what it makes of it',
        response: { 200: Type.Object({ methods: Type.Array(MethodSchema) }, strict), ...problemAnswers },
      },
    },
    async () => ({
      methods: METHODS.map((method) => ({
        name: method.name,
        title: method.title,
        formula: method.formula,
        quantity: method.quantity,
        inputs: method.inputs.map((input) => ({ ...inputView(input), default: input.default ?? null })),
        category: method.category ?? null,
        reported_as: method.reportedAs ?? null,
      })),
    }),
  );

  app.register(async (uploads: Scope) => {
    leaveBodiesAsStreams(uploads as never);
    uploads.post(
      '/api/carbon/releases/import',
      {
        config: { access: 'write', body: 'stream' },
        bodyLimit: FACTOR_FILE_BYTES_MAX,
        schema: {
          tags: [TAGS.imports],
          summary: "Import a publisher's file of factors as a release; it is not used until it is adopted",
          description:
            'Told by its layout: the UK flat file or the US EPA GHG Emission Factors Hub (XLSX), the US EPA supply-chain factors (CSV), or a CSV in the format of the ' +
            'catalogue, which needs release, year and gwp. The answer says what changed against the earlier release and what ' +
            'adopting it would do.',
          querystring: Type.Object(
            {
              file_name: Type.Optional(text('Name of the file')),
              release: Type.Optional(text('Id of the release')),
              title: Type.Optional(text('Title')),
              publisher: Type.Optional(text('Publisher')),
              year: Type.Optional(
                Type.Integer({ minimum: 1990, maximum: 2200, description: 'Year of the publication' }),
              ),
              gwp_source: Type.Optional(
                Type.Enum([...GWP_SET_NAMES], { description: 'Set of potentials of the source' }),
              ),
              licence: Type.Optional(text('Licence')),
              url: Type.Optional(text('Where it is published')),
              valid_from: Type.Optional(text('First day, YYYY-MM-DD')),
              valid_to: Type.Optional(text('First day on which it is no longer valid')),
              gwp: Type.Optional(Gwp),
            },
            strict,
          ),
          response: { 201: ImportedSchema, ...problemAnswers },
        },
      },
      async (request, reply) => {
        const { file_name = 'factors', gwp = 'AR5', gwp_source, valid_from, valid_to, ...more } = request.query;
        const bytes = await whole(request, context);
        const made = await readPublication(bytes, file_name, {
          ...more,
          ...(gwp_source !== undefined && { gwp: gwp_source as GwpSetName }),
          ...(valid_from !== undefined && { validFrom: valid_from }),
          ...(valid_to !== undefined && { validTo: valid_to }),
        });
        const read = await footing.read(accountOf(request), 'carbon');
        const input = { fileName: file_name, bytes, made };
        const { seq, repeated } = await importRelease(journal, read.engines, read, actorOf(request), input);
        const after = await footing.read(accountOf(request), 'carbon', seq);
        const loaded = await known(after, made.release.id);
        const inForce = (await adoptedReleases(after, after.seq)).map(({ release }) => release);
        const [difference, effect, views] = await Promise.all([
          differenceOf(after, loaded),
          effectOfAdopting(after, [...new Set([...inForce, loaded.release.id])], gwp as GwpSetName),
          releasesKnown(after),
        ]);
        setSeq(reply, seq);
        const view = views.find(({ release }) => release.id === loaded.release.id)!;
        return reply.code(201).send({ seq, repeated, release: releaseView(view), difference, effect });
      },
    );
  });
}

async function known(read: ReadContext, id: string) {
  const found = await releaseAsOf(read, read.seq, id);
  if (!found) {
    throw new FootingError('not_found', `There is no release ${shown(id)}.`, {
      remedy: 'See /api/carbon/releases, or `footing factors releases`',
    });
  }
  return found;
}

function inputView({ name, kind, required, description }: (typeof METHODS)[number]['inputs'][number]) {
  return { name, kind, required, description };
}

function releaseView({ release, adopted, imported }: ReleaseView) {
  return {
    id: release.id,
    title: release.title,
    publisher: release.publisher,
    year: release.year,
    edition: release.edition,
    licence: release.licence,
    licence_url: release.licenceUrl,
    attribution: release.attribution,
    url: release.url,
    gwp_source: release.gwpSource as string,
    factors: release.counts.factors,
    rows_read: release.counts.rowsRead,
    left: release.counts.left,
    notes: [...release.notes],
    content_hash: release.contentHash,
    adopted,
    imported_by: imported,
  };
}

async function whole(request: FastifyRequest, context: HttpContext): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of uploadOf(request as never, context.limits)) {
    bytes += part.length;
    if (bytes > FACTOR_FILE_BYTES_MAX) {
      throw new FootingError('too_large', `The file has more than ${FACTOR_FILE_BYTES_MAX} bytes.`);
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}
