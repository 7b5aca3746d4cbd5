/** What an activity with a calculation method comes to: its parts, or what is wrong with its inputs. Pure. */
import { Decimal } from '../../kernel/decimal.ts';
import { shown } from '../../kernel/errors.ts';
import { Rational } from '../../kernel/rational.ts';
import { nearest } from '../../kernel/text.ts';
import { METHODS, methodNamed } from './methods.ts';
import type { CalculationMethod, Expansion, InputReader, MethodRow } from './types.ts';

/** Digits before the point that an input may have, and after it. */
const WHOLE_DIGITS_MAX = 26;
const DECIMALS_MAX = 12;

/**
 * The parts of an activity by its method. A pure function of the row.
 * An unknown method, a missing input and a number out of its bounds are a problem in words; nothing is guessed.
 */
export function expand(methodName: string, row: MethodRow): Expansion {
  const method = methodNamed(methodName);
  if (!method) {
    const near = nearest(
      methodName,
      METHODS.map(({ name }) => name),
    );
    return { problem: `there is no method ${shown(methodName)}${near ? `; did you mean ${near}?` : ''}` };
  }
  const problems: string[] = [];
  const parts = method.parts(row, reader(method, row, problems));
  problems.push(...misspelt(method, row));
  if (problems.length > 0) return { problem: [...new Set(problems)].join('; ') };
  return { parts };
}

/** Shorter names are like too many others: they are spoken of only where an input is missing. */
const NAME_COMPARED_CHARACTERS_MIN = 5;

/** Attributes that look like inputs which are not stated: a default would stand in for what was meant. */
function misspelt({ name: method, inputs }: CalculationMethod, { attributes }: MethodRow): string[] {
  const stated = (name: string) => (attributes[name]?.trim() ?? '') !== '';
  const long = (name: string) => name.length >= NAME_COMPARED_CHARACTERS_MIN;
  const byName = new Map(inputs.map((input) => [input.name, input]));
  return Object.keys(attributes).flatMap((name) => {
    if (!stated(name) || byName.has(name)) return [];
    const near = byName.get(nearest(name, byName.keys()) ?? '');
    if (!near || stated(near.name) || !(near.required || (long(name) && long(near.name)))) return [];
    return [`${shown(name)} is no input of ${method}: did you mean ${near.name}?`];
  });
}

function reader(method: CalculationMethod, row: MethodRow, problems: string[]): InputReader {
  const raw = (name: string): string | undefined => {
    const stated = row.attributes[name]?.trim();
    return stated === undefined || stated === '' ? undefined : stated;
  };
  const optional = (name: string): Rational | undefined => {
    const input = method.inputs.find((each) => each.name === name)!;
    const stated = raw(name) ?? input.default;
    if (stated === undefined) return undefined;
    const decimal = Decimal.tryParse(stated);
    const digits = decimal ? decimal.mantissa.toString().replace('-', '').length - decimal.scale : 0;
    if (!decimal || decimal.scale > DECIMALS_MAX || digits > WHOLE_DIGITS_MAX) {
      problems.push(`${name} is ${shown(stated)}, which is not a number of that size`);
      return undefined;
    }
    const value = Rational.fromDecimal(decimal);
    const [min, max] = [input.min ?? '0', input.max];
    if (value.cmp(Rational.parse(min)) < 0 || (max !== undefined && value.cmp(Rational.parse(max)) > 0)) {
      problems.push(
        `${name} is ${stated}, which is not ${max === undefined ? `at least ${min}` : `within ${min} to ${max}`}`,
      );
    }
    return value;
  };
  const optionalText = (name: string) => raw(name) ?? method.inputs.find((each) => each.name === name)!.default;
  const stated = (what: 'quantity' | 'amount'): Rational => {
    const value = row[what];
    if (value !== null) return Rational.fromDecimal(Decimal.parse(value));
    problems.push(`the ${what} is missing`);
    return Rational.ZERO;
  };
  const missing = (name: string) => {
    // A number that is there and wrong has been named already.
    if (raw(name) !== undefined) return;
    problems.push(`${name} is missing`);
  };
  return {
    optional,
    optionalText,
    number(name) {
      const value = optional(name);
      if (value === undefined) missing(name);
      return value ?? Rational.ZERO;
    },
    text(name) {
      const value = optionalText(name);
      if (value === undefined) missing(name);
      return value ?? '';
    },
    quantity: () => stated('quantity'),
    amount: () => stated('amount'),
    problem: (reason) => {
      problems.push(reason);
    },
  };
}
