/** Conditions of a filter as SQL. */
import { minorUnits } from '../../kernel/currency.ts';
import { BILLED_IN } from './conversion.ts';
import { current } from './current.ts';
import type { FilterCondition } from './filters.ts';
import { bound, converts, type Scope } from './scope.ts';

/**
 * Which customers count: SQL over a table with customer_hash, customer_external_id, source and currency. A customer without a record of its
 * own has none of the attributes.
 */
export function customerCondition(scope: Scope): string {
  const conditions = scope.filter.filter((each) => each.level === 'customer' || each.name === 'currency');
  // What records must say is looked up in one set, as movements are looked up in each: a second one would cost as much again.
  const recorded = conditions.filter(isRecorded);
  const inRecords = recorded.length === 0 ? [] : conditions.filter(isOfRecords);
  const others = conditions.filter((each) => !inRecords.includes(each)).map((each) => `(${customerSql(scope, each)})`);
  const record =
    inRecords.length === 0
      ? []
      : [
          `customer_hash IN (
            SELECT key_hash
            FROM customers
            WHERE ${inRecords.map((each) => `(${recordSql(scope, each)})`).join(' AND ')} AND ${current('customers')}
          )`,
        ];
  return [...record, ...others].join(' AND ') || '1';
}

/** `customerCondition` as the clause that goes before WHERE: customers are told apart before anything else of a row is read. */
export function customersFirst(scope: Scope): string {
  const condition = customerCondition(scope);
  return condition === '1' ? '' : `PREWHERE ${condition}`;
}

/** Positive conditions on the customer's own record; negative ones hold for customers without a record too. */
function isRecorded({ name, operator }: FilterCondition): boolean {
  return RECORD_COLUMNS.includes(name) && OPPOSITES[operator] === undefined;
}

/** The same, and positive ones on custom attributes: what a customer with a record must fulfil. */
function isOfRecords(condition: FilterCondition): boolean {
  const { name, operator } = condition;
  return isRecorded(condition) || (name.startsWith('custom.') && OPPOSITES[operator] === undefined);
}

/** A condition of {@link isOfRecords} over the table of customers. */
function recordSql(scope: Scope, condition: FilterCondition): string {
  const { name } = condition;
  if (!name.startsWith('custom.')) return textSql(scope, condition, name);
  const attribute = bound(scope, name.slice('custom.'.length), 'String');
  const fulfils = (value: string) => textSql(scope, condition, value);
  return `${fulfils(`attributes[${attribute}]`)} OR key_hash IN (${statedHashes(attribute, fulfils)})`;
}

const RECORD_COLUMNS: readonly string[] = ['country', 'state', 'city', 'owner'];

function customerSql(scope: Scope, condition: FilterCondition): string {
  const { name } = condition;
  if (name === 'customer') return textSql(scope, condition, 'customer_external_id');
  if (name === 'data_source') return textSql(scope, condition, 'source');
  if (name === 'currency' && !converts(scope)) return textSql(scope, condition, 'currency');
  if (name === 'mrr') return mrrSql(scope, condition);
  if (name === 'customer_status') return statusSql(scope, condition);
  if (name === 'cohort') return cohortSql(scope, condition);
  if (name === 'tags') return tagsSql(scope, condition);
  // Negative conditions hold for customers without a record too, so they are the complement of the positive ones.
  const { positive, negated } = withoutNegation(condition);
  if (name === 'currency') {
    const billed = `SELECT customer_hash FROM (${BILLED_IN}) WHERE ${textSql(scope, positive, 'label')}`;
    return `customer_hash ${negated ? 'NOT IN' : 'IN'} (${billed})`;
  }
  const hashes = name.startsWith('custom.')
    ? customHashes(scope, name.slice('custom.'.length), (value) => textSql(scope, positive, value))
    : `SELECT key_hash FROM customers WHERE ${current('customers')} AND (${textSql(scope, positive, name)})`;
  return `customer_hash ${negated ? 'NOT IN' : 'IN'} (${hashes})`;
}

/** Customers whose custom attribute fulfils the condition, be it stated with the customer or on its own. */
function customHashes(scope: Scope, attribute: string, fulfils: (value: string) => string): string {
  const name = bound(scope, attribute, 'String');
  return `SELECT key_hash FROM customers WHERE (${fulfils(`attributes[${name}]`)}) AND ${current('customers')}
    UNION ALL
    ${statedHashes(name, fulfils)}`;
}

/** Customers whose custom attribute, stated on its own, fulfils the condition; `name` is its place in the SQL. */
const statedHashes = (name: string, fulfils: (value: string) => string): string => `
    SELECT cityHash64(source, customer_external_id)
    FROM customer_attributes
    WHERE (${fulfils('value')}) AND ${current('customer_attributes', `name = ${name}`)}`;

const OPPOSITES: Partial<Record<FilterCondition['operator'], FilterCondition['operator']>> = {
  NONE: 'ANY',
  NOT_EQ: 'EQ',
  NOT_CONTAINS: 'CONTAINS',
  IS: 'IS_NOT',
};

function withoutNegation(condition: FilterCondition): { positive: FilterCondition; negated: boolean } {
  const opposite = OPPOSITES[condition.operator];
  return opposite === undefined
    ? { positive: condition, negated: false }
    : { positive: { ...condition, operator: opposite }, negated: true };
}

/** A condition on a column of text; empty text is null. */
function textSql(scope: Scope, { operator, values }: FilterCondition, column: string): string {
  const list = () => bound(scope, values, 'Array(String)');
  const one = () => bound(scope, values[0], 'String');
  switch (operator) {
    case 'ANY':
    case 'EQ':
      return `${column} IN ${list()}`;
    case 'NONE':
    case 'NOT_EQ':
      return `${column} NOT IN ${list()}`;
    case 'CONTAINS':
      return `positionCaseInsensitiveUTF8(${column}, ${one()}) > 0`;
    case 'NOT_CONTAINS':
      return `positionCaseInsensitiveUTF8(${column}, ${one()}) = 0`;
    case 'IS':
      return `${column} = ''`;
    default:
      return `${column} != ''`;
  }
}

function tagsSql(scope: Scope, { operator, values }: FilterCondition): string {
  const tagged = (condition: string) =>
    `SELECT cityHash64(source, customer_external_id)
     FROM customer_tags
     WHERE ${current('customer_tags', condition)}`;
  if (operator === 'IS') return `customer_hash NOT IN (${tagged('1')})`;
  if (operator === 'IS_NOT') return `customer_hash IN (${tagged('1')})`;
  const each = values.map((value) => tagged(`tag = ${bound(scope, value, 'String')}`));
  if (operator === 'ALL') return each.map((hashes) => `customer_hash IN (${hashes})`).join(' AND ');
  return `customer_hash ${operator === 'NONE' ? 'NOT IN' : 'IN'} (${each.join(' UNION ALL ')})`;
}

const COMPARISONS: Partial<Record<FilterCondition['operator'], string>> = {
  EQ: '=',
  NOT_EQ: '!=',
  GT: '>',
  GTE: '>=',
  LT: '<',
  LTE: '<=',
};

/** Parts of a minor unit in which an amount of a filter is compared; amounts have at most 9 decimals. */
const FINENESS = 1_000_000_000n;

/** Compares what the customer pays at `until`. A customer without movements pays 0. */
function mrrSql(scope: Scope, { operator, values }: FilterCondition): string {
  const amounts = values.map((value) => fineCents(value, minorUnits(scope.currency) ?? 2));
  const fulfils = (mrr: string, literal: (amount: bigint) => string) =>
    operator === 'BETWEEN'
      ? `${mrr} BETWEEN ${literal(amounts[0]!)} AND ${literal(amounts[1]!)}`
      : `${mrr} ${COMPARISONS[operator]} ${literal(amounts[0]!)}`;
  const wide = (amount: bigint) => `toInt256('${amount}')`;
  const condition = fulfils(`toInt256(sum(toInt128(amount_cents))) * toInt256('${FINENESS}')`, wide);
  return zeroFulfils(operator, amounts)
    ? `customer_hash NOT IN (${customersByMrr(`NOT (${condition})`)})`
    : `customer_hash IN (${customersByMrr(condition)})`;
}

function zeroFulfils(operator: FilterCondition['operator'], [first = 0n, second = 0n]: bigint[]): boolean {
  switch (operator) {
    case 'EQ':
      return first === 0n;
    case 'NOT_EQ':
      return first !== 0n;
    case 'GT':
      return 0n > first;
    case 'GTE':
      return 0n >= first;
    case 'LT':
      return 0n < first;
    case 'LTE':
      return 0n <= first;
    default:
      return first <= 0n && 0n <= second;
  }
}

/** "99.5" with two decimals -> 9950 cents, in {@link FINENESS} parts. */
function fineCents(amount: string, decimals: number): bigint {
  const [whole = '0', fraction = ''] = amount.replace('-', '').split('.');
  const fine = BigInt(whole + fraction.padEnd(9, '0')) * 10n ** BigInt(decimals);
  return amount.startsWith('-') ? -fine : fine;
}

const customersByMrr = (having: string): string =>
  `SELECT customer_hash
   FROM movements
   WHERE seq <= {seq:UInt64} AND currency = {currency:String} AND day <= {until:Date32}
   GROUP BY customer_hash
   HAVING ${having}`;

/** Active: a customer at `until` (M1); cancelled: paid before and is none. */
function statusSql(scope: Scope, condition: FilterCondition): string {
  const { positive, negated } = withoutNegation(condition);
  const status = `if(sum(customers) > 0, 'active', 'cancelled')`;
  const hashes = customersByMrr(`sum(sign) != 0 AND ${textSql(scope, positive, status)}`);
  return `customer_hash ${negated ? 'NOT IN' : 'IN'} (${hashes})`;
}

/** By the month of the first paid day in the currency; who never paid is in no cohort. */
function cohortSql(scope: Scope, condition: FilterCondition): string {
  const { positive, negated } = withoutNegation(condition);
  return `customer_hash ${negated ? 'NOT IN' : 'IN'} (
    SELECT customer_hash
    FROM movements
    WHERE seq <= {seq:UInt64} AND currency = {currency:String} AND ${textSql(scope, positive, 'substring(toString(first_day), 1, 7)')}
    GROUP BY customer_hash
    HAVING sum(sign) > 0
  )`;
}

/** Which subscriptions count: SQL over a table with source and the plan's key in `column`. */
export function planCondition(scope: Scope, column = 'plan_external_id'): string {
  if (scope.plans === null || scope.plans.every(({ meant }) => meant)) return '1';
  const meant = scope.plans.filter((plan) => plan.meant).map(({ hash }) => BigInt(hash));
  return `has(${bound(scope, meant, 'Array(UInt64)')}, cityHash64(source, ${column}))`;
}
