/** The greenhouse-gas inventory over HTTP: any grouping, under any consolidation approach, with both methods of scope 2. */
import { Type } from 'typebox';
import {
  APPROACHES,
  type Approach,
  CONSOLIDATION_APPROACHES,
  type Dimension,
  differsFromBooks,
  FILTER_DIMENSIONS,
  GROUPS_MAX,
  GWP_SET_NAMES,
  INVENTORY_DIMENSIONS,
  type InventoryQuery,
  type InventoryStatement,
  inventoryByScope,
  inventoryUnder,
  pageKeys,
  ROW_ORDERS,
  type RowOrder,
  type RowPage,
  scope2Statement,
} from '../../carbon/index.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import { Answers, sendAnswer, wantsAnew } from '../answers.ts';
import { accountOf, type HttpContext } from '../context.ts';
import { TAGS } from '../openapi.ts';
import { openRead } from '../reading.ts';
import { AsOf, Day, DecimalText, Month, Nullable, problemAnswers } from '../schemas.ts';
import type { Scope } from '../scope.ts';
import { figures, held, rowFigures } from './figureSchemas.ts';
import { MethodologyName, methodologyOf, Scope2Schema, scope2View } from './scope2.ts';

const strict = { additionalProperties: false } as const;
const NAME_CHARACTERS_MAX = 255;
/** More than anyone reads on a screen, and less than a megabyte and a half. */
const ROWS_DEFAULT = 1_000;

/** Which boundary, in the parameters of a request. */
export const boundaryParameters = {
  approach: Type.Optional(
    Type.Enum([...APPROACHES], {
      description:
        'Consolidation approach: equity share, financial or operational control; none counts everything wholly. Default: that of the methodology',
    }),
  ),
  parent: Type.Optional(
    Type.String({
      maxLength: NAME_CHARACTERS_MAX,
      description: 'Reporting parent of the approach; default: the one owner whom nobody owns',
    }),
  ),
};

const BoundarySchema = Nullable(
  Type.Object(
    {
      approach: Type.Enum([...CONSOLIDATION_APPROACHES]),
      parent: Nullable(
        Type.String({ description: 'The reporting parent; null: no ownership is stated, everything counts' }),
      ),
      excluded: Type.Object(
        {
          co2e_kg: DecimalText,
          co2e_t: DecimalText,
          entities: Type.Array(
            Type.Object(
              {
                entity: Type.String(),
                reason: Type.String(),
                words: Type.String(),
                detail: Type.String(),
                category_hint: Nullable(
                  Type.Integer({ description: 'Scope-3 category in which to look for it: 8, 13, 14 or 15' }),
                ),
                shares: Type.Array(
                  Type.Object(
                    { from: Day, share: Type.String({ description: 'A decimal, or a fraction such as 53/98' }) },
                    strict,
                  ),
                  { description: 'Shares that count; each from its day on' },
                ),
                co2e_kg: DecimalText,
                co2e_t: DecimalText,
                lines: Type.Integer(),
              },
              strict,
            ),
          ),
        },
        { ...strict, description: 'What of scopes 1 to 3 the boundary leaves out, largest first' },
      ),
      leased: Type.Array(Type.Object({ entity: Type.String(), category: Type.Integer() }, strict), {
        description: 'Entities whose scopes 1 and 2 are in scope 3, because of a lease',
      }),
    },
    strict,
  ),
);

const InventorySchema = Type.Object(
  {
    seq: Type.Integer(),
    gwp: Type.Enum([...GWP_SET_NAMES]),
    from: Nullable(Month),
    to: Nullable(Month),
    group_by: Type.Array(Type.String()),
    rows: Type.Array(
      Type.Object({ keys: Type.Record(Type.String(), Type.String()), ...rowFigures, ref: Type.String() }, strict),
    ),
    rows_total: Type.Integer({ description: 'Rows of all pages' }),
    rest: Type.Object(
      { rows: Type.Integer(), co2e_kg: DecimalText, co2e_t: DecimalText },
      { ...strict, description: 'The rows that are not on this page: with them, the page foots to total and outside' },
    ),
    next: Nullable(Type.String({ description: '`cursor` of the next page; null on the last one' })),
    total: Type.Object({ ...figures, ref: Type.String() }, { ...strict, description: 'Scopes 1, 2 and 3' }),
    outside: Type.Object(figures, { ...strict, description: 'Beside the scopes, in no total' }),
    held: Type.Array(Type.Object(held, strict), { description: 'What is held back and therefore in no total' }),
    boundary: BoundarySchema,
    scope_2: Scope2Schema,
  },
  strict,
);

const filters = Object.fromEntries(
  FILTER_DIMENSIONS.map((dimension) => [
    dimension,
    Type.Optional(Type.String({ maxLength: 4_000, description: `Only this ${dimension}` })),
  ]),
);

export function inventoryRoutes(app: Scope, context: HttpContext): void {
  const answers = new Answers();

  app.get(
    '/api/reports/inventory',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.reports],
        summary: 'Greenhouse-gas inventory',
        querystring: Type.Object(
          {
            from: Type.Optional(Month),
            to: Type.Optional(Month),
            gwp: Type.Optional(
              Type.Enum([...GWP_SET_NAMES], {
                description: 'Set of 100-year potentials; default: that of the methodology',
              }),
            ),
            group_by: Type.String({
              maxLength: 200,
              default: 'scope',
              description: `Comma-separated: ${INVENTORY_DIMENSIONS.join(', ')}`,
            }),
            ...boundaryParameters,
            under: Type.Optional(
              Type.String({ maxLength: NAME_CHARACTERS_MAX, description: 'Only this entity and all that is under it' }),
            ),
            methodology: MethodologyName,
            order: Type.Enum([...ROW_ORDERS], {
              default: 'keys',
              description: 'Rows by their keys, or those with the largest CO2e first, whatever its sign',
            }),
            limit: Type.Integer({
              minimum: 1,
              maximum: GROUPS_MAX,
              default: ROWS_DEFAULT,
              description: 'Rows of a page; totals are those of all rows',
            }),
            brief: Type.Boolean({
              default: false,
              description: 'Rows with their CO2e, lines and reference alone, and none of scope_2: totals are whole',
            }),
            cursor: Type.Optional(Type.String({ description: '`next` of the page before' })),
            as_of: AsOf,
            ...filters,
          },
          strict,
        ),
        response: { 200: InventorySchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const { limit, cursor, brief, ...query } = request.query as Record<string, string> & {
        brief: boolean;
        group_by: string;
        order: RowOrder;
        limit: number;
        cursor?: string;
      };
      const groupBy = query.group_by.split(',').map((name) => name.trim());
      const unknown = groupBy.find((name) => !(INVENTORY_DIMENSIONS as readonly string[]).includes(name));
      if (unknown !== undefined) throw unknownDimension(unknown);
      const list = JSON.stringify(['inventory', accountOf(request), query]);
      const position =
        cursor === undefined ? null : context.cursors.open<{ seq: number; offset: number }>(list, cursor);
      // A report is read as of one entry, however many pages it takes.
      if (position) Object.assign(request.query as object, { as_of: position.seq });
      const read = await openRead(context, request, reply, 'carbon');
      if (read === null) return reply;
      const page: RowPage = { order: query.order, offset: position?.offset ?? 0, limit };
      const etag = String(reply.getHeader('etag'));
      const known = wantsAnew(request) ? undefined : answers.get(etag);
      if (known) return sendAnswer(reply, known);
      const answer = (statement: InventoryStatement, scope_2: object | null) => {
        const offset = page.offset + statement.rows.length;
        const next = offset < statement.rows_total ? context.cursors.seal(list, { seq: read.seq, offset }) : null;
        const view = { ...inventoryView(statement, brief), next, scope_2 };
        return sendAnswer(reply, answers.keep(etag, String(reply.serialize(view))));
      };
      const methodology = await methodologyOf(read, query.methodology);
      const given = FILTER_DIMENSIONS.filter((dimension) => query[dimension] !== undefined);
      const approach = query.approach ?? methodology.approach;
      const parent = query.parent ?? (query.approach === undefined ? methodology.parent : '');
      const asked: InventoryQuery = {
        groupBy: groupBy as Dimension[],
        gwp: (query.gwp as InventoryQuery['gwp']) ?? methodology.gwp,
        ...(query.from === undefined ? {} : { from: query.from }),
        ...(query.to === undefined ? {} : { to: query.to }),
        ...(query.under === undefined ? {} : { under: query.under }),
        ...(approach === 'none' ? {} : { approach: approach as Approach }),
        ...(approach === 'none' || parent === '' ? {} : { parent }),
        filters: Object.fromEntries(given.map((dimension) => [dimension, [query[dimension]!]])),
      };
      // A methodology that takes other factors than the books is worked out beside them; what allocations rest on is posted.
      if (query.methodology !== undefined && (await differsFromBooks(read, methodology))) {
        return answer(await inventoryUnder(read, asked, methodology, page), null);
      }
      const keys = pageKeys(read, asked, page);
      const stating = inventoryByScope(read, asked, page, keys);
      const location = stating.then(({ ofScope }) => ofScope('2'));
      // Where it is not asked for, its failure is that of the inventory.
      const shows = stating.then((stated) => stated.shows);
      for (const part of [location, shows, keys]) part.catch(() => {});
      const [{ statement }, scope2] = await Promise.all([
        stating,
        scope2Statement(read, asked, { methodology, location, shows, keys }),
      ]);
      return answer(statement, scope2 && scope2View(scope2, statement.total, brief));
    },
  );
}

function unknownDimension(name: string): FootingError {
  return new FootingError('invalid', 'The inventory cannot be grouped like that.', {
    problems: [{ field: 'group_by', value: shown(name), reason: `must be of ${INVENTORY_DIMENSIONS.join(', ')}` }],
  });
}

export function inventoryView({ groupBy, rows, ...statement }: InventoryStatement, brief = false) {
  return {
    ...statement,
    group_by: [...groupBy],
    rows: rows.map(
      brief
        ? briefRow
        : ({ keys, ...row }) => ({ ...row, keys: keys as Record<string, string>, flags: flagsOf(row.flags) }),
    ),
    total: { ...statement.total, flags: flagsOf(statement.total.flags) },
    outside: { ...statement.outside, flags: flagsOf(statement.outside.flags) },
  };
}

const briefRow = ({ keys, co2e_kg, co2e_t, lines, ref }: InventoryStatement['rows'][number]) => ({
  keys: keys as Record<string, string>,
  co2e_kg,
  co2e_t,
  lines,
  ref,
});

const flagsOf = (flags: object): Record<string, number> => ({ ...flags }) as Record<string, number>;
