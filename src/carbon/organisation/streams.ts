/** The streams of the organisation: who there is, and who owns and controls whom. */
import { FootingError } from '../../kernel/errors.ts';
import type { ParsedRow, RowProblem, StreamDefinition } from '../../streams/types.ts';
import { parseShare } from './share.ts';

/** What an entity is. */
export const ENTITY_KINDS = ['company', 'site', 'asset', 'department', 'franchise'] as const;
/** Classes of a lease, and on which side of it the organisation stands. */
export const LEASES = ['finance', 'operating'] as const;
export const LEASE_ROLES = ['lessee', 'lessor'] as const;
export const FINANCIAL_CONTROLS = ['yes', 'no', 'joint'] as const;

/**
 * Companies and what belongs to them: sites, assets, departments. While an account has stated none, any entity name is accepted;
 * once it has, an activity of an entity that is not among them is held back.
 */
export const entities: StreamDefinition = {
  name: 'entities',
  book: 'carbon',
  title: 'Entities',
  key: ['external_id'],
  kept: 'record',
  columns: [
    {
      name: 'external_id',
      type: 'text',
      required: true,
      charactersMax: 255,
      aliases: ['id', 'entity'],
      description: 'The name by which activities refer to the entity',
      example: 'Leeds plant',
    },
    {
      name: 'name',
      type: 'text',
      charactersMax: 255,
      description: 'Full name',
      example: 'Aldermoor Systems Ltd, Leeds',
    },
    {
      name: 'kind',
      type: 'enum',
      values: ENTITY_KINDS,
      aliases: ['type', 'entity_type'],
      description: 'What it is',
      example: 'site',
    },
    {
      name: 'parent',
      type: 'text',
      charactersMax: 255,
      aliases: ['parent_external_id'],
      description:
        'external_id of the entity that it belongs to; it has the share of that one in the inventory unless its own ownership is stated',
      example: 'Aldermoor Systems Ltd',
    },
    { name: 'country', type: 'country', description: 'Where it is, ISO 3166-1 alpha-2', example: 'GB' },
    {
      name: 'opened',
      type: 'date',
      aliases: ['opened_on', 'open_date'],
      description: 'First day on which it existed; empty = always',
      example: '2019-04-01',
    },
    {
      name: 'closed',
      type: 'date',
      aliases: ['closed_on', 'close_date'],
      description: 'First day on which it no longer existed; empty = it still exists',
      example: '',
    },
    {
      name: 'lease',
      type: 'enum',
      values: LEASES,
      aliases: ['lease_class'],
      description: 'Class of the lease, stated and never guessed; empty = not leased',
      example: '',
    },
    {
      name: 'lease_role',
      type: 'enum',
      values: LEASE_ROLES,
      description: 'lessee: leased from others; lessor: leased to others',
      example: '',
    },
    {
      name: 'floor_area',
      type: 'decimal',
      aliases: ['area', 'floor_area_m2'],
      description: 'Floor area in square metres, for shares of a building and for intensities',
      example: '5200',
    },
  ],
  checks: [
    {
      kind: 'together',
      columns: ['lease', 'lease_role'],
      reason: 'a lease needs its class and the side on which the organisation stands',
      remedy: 'Give both lease (finance, operating) and lease_role (lessee, lessor), or neither',
    },
    { kind: 'notAfter', first: 'opened', last: 'closed', reason: 'it closes before it opens' },
  ],
};

/**
 * Edges of the ownership graph, valid from a day until before another. What was known when is the journal's order: a later row of
 * the same owner, owned and first day supersedes the earlier one, and stays readable as of the entries before it.
 */
export const ownership: StreamDefinition = {
  name: 'ownership',
  book: 'carbon',
  title: 'Ownership',
  key: ['owner', 'owned', 'valid_from'],
  kept: 'record',
  columns: [
    {
      name: 'owner',
      type: 'text',
      required: true,
      charactersMax: 255,
      aliases: ['owner_external_id', 'parent', 'investor'],
      description: 'Who owns or controls; an entity, or a company outside of the organisation',
      example: 'Aldermoor Systems Ltd',
    },
    {
      name: 'owned',
      type: 'text',
      required: true,
      charactersMax: 255,
      aliases: ['owned_external_id', 'subsidiary', 'investee', 'entity'],
      description: 'external_id of the entity that is owned or controlled',
      example: 'Aldermoor Iberia SL',
    },
    {
      name: 'equity_share',
      type: 'text',
      charactersMax: 60,
      aliases: ['share', 'equity'],
      description: 'Share of the equity: `80%`, or 0.8 of one, or a fraction as 1/3; empty = 0, control without equity',
      example: '80%',
    },
    {
      name: 'financial_control',
      type: 'enum',
      values: FINANCIAL_CONTROLS,
      description: 'Whether the owner directs it for its own benefit: yes (fully consolidated), joint, or no',
      default: 'no',
      example: 'yes',
    },
    {
      name: 'operational_control',
      type: 'enum',
      values: ['yes', 'no'],
      description: 'Whether the owner has the authority to introduce its operating policies',
      default: 'no',
      example: 'yes',
    },
    {
      name: 'valid_from',
      type: 'date',
      required: true,
      aliases: ['from', 'start_date'],
      description: 'First day on which it was so',
      example: '2020-01-01',
    },
    {
      name: 'valid_to',
      type: 'date',
      aliases: ['to', 'end_date', 'valid_until'],
      description:
        'First day on which it was no longer so, the first day of what follows; empty = until further notice',
      example: '',
    },
  ],
  check: ownershipProblems,
};

/** What one edge alone shows to be wrong; what several rows together do is found by the check of the organisation. */
function ownershipProblems({ values }: ParsedRow): RowProblem[] {
  const problems: RowProblem[] = [];
  const said = (column: string) => String(values[column] ?? '');
  const problem = (column: string, reason: string, remedy?: string) =>
    problems.push({ column, value: said(column), reason, ...(remedy === undefined ? {} : { remedy }) });
  try {
    parseShare(said('equity_share'));
  } catch (error) {
    if (!(error instanceof FootingError)) throw error;
    const [first] = error.problems ?? [];
    problem('equity_share', first?.reason ?? error.message, first?.remedy);
  }
  if (said('owner') === said('owned')) problem('owned', 'an entity does not own itself', 'Leave treasury shares out');
  if (said('valid_to') !== '' && said('valid_to') <= said('valid_from')) {
    problem('valid_to', 'it ends before it has begun', 'Give the first day on which it was no longer so');
  }
  return problems;
}
