/** Reads the fields of a request's body one by one, gathering everything that is wrong before it refuses. */

import type { Json } from '../../journal/types.ts';
import { COUNTRIES } from '../../kernel/country.ts';
import { CURRENCIES } from '../../kernel/currency.ts';
import { shown } from '../../kernel/errors.ts';
import { type FieldError, wrongFields } from './errors.ts';
import { milliseconds, parseTime } from './times.ts';

export type JsonObject = { [key: string]: Json };

export const TEXT_CHARACTERS_MAX = 255;
export const LONG_TEXT_CHARACTERS_MAX = 20_000;

/** Something before and something with a dot after one @, without blanks: what it takes to be an address is the mail server's matter. */
const EMAIL = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export class Fields {
  readonly #body: JsonObject;
  readonly #prefix: string;
  readonly #errors: FieldError[];

  constructor(body: unknown, prefix = '', errors: FieldError[] = []) {
    this.#body = isObject(body) ? body : {};
    this.#prefix = prefix;
    this.#errors = errors;
    if (!isObject(body) && body !== undefined) {
      this.wrong('', 'must be a JSON object');
    }
  }

  /** True when the body has the field, be it null. */
  has(name: string): boolean {
    return this.#body[name] !== undefined;
  }

  raw(name: string): Json | undefined {
    return this.#body[name];
  }

  wrong(name: string, message: string, code = 'invalid'): void {
    const param = `${this.#prefix}${name}` || 'body';
    const value = this.#body[name];
    this.#errors.push({
      param,
      code,
      message: message.startsWith('=') ? message.slice(1) : `${param} ${message}`,
      ...(value !== undefined && { value: shown(typeof value === 'string' ? value : JSON.stringify(value)) }),
    });
  }

  /** Notes that the field is missing (400) when it is absent, and that it is blank (422) when it is null or ''; true when it is there. */
  required(name: string): boolean {
    const value = this.#body[name];
    if (value !== undefined && value !== null && value !== '') return true;
    const param = `${this.#prefix}${name}`;
    if (value === undefined) this.#errors.push({ param, code: 'missing', message: `Parameter "${param}" is missing` });
    else this.#errors.push({ param, code: 'blank', message: `${param} can't be blank`, value: shown(value) });
    return false;
  }

  /** Text; numbers are taken as their digits. Null for absent, null and, unless `keepBlank`, for blank. */
  text(name: string, options: { charactersMax?: number; required?: boolean } = {}): string | null {
    if (options.required && !this.required(name)) return null;
    const value = this.#body[name];
    if (value === undefined || value === null) return null;
    if (typeof value !== 'string' && typeof value !== 'number') {
      this.wrong(name, `must be text, not ${shown(value)}`);
      return null;
    }
    const text = String(value);
    const most = options.charactersMax ?? TEXT_CHARACTERS_MAX;
    if (text.length > most) this.wrong(name, `has ${text.length} characters; at most ${most} are taken`, 'too_long');
    if (text.includes('\u0000') || !text.isWellFormed()) this.wrong(name, 'has a character that cannot be stored');
    return text;
  }

  /** A whole number within 53 bits. */
  integer(name: string, options: { required?: boolean; min?: number; max?: number } = {}): number | null {
    if (options.required && !this.required(name)) return null;
    const value = this.#body[name];
    if (value === undefined || value === null || value === '') return null;
    const number = typeof value === 'string' && /^-?\d{1,16}(\.0+)?$/.test(value) ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isSafeInteger(number)) {
      this.wrong(name, `must be a whole number, not ${shown(value)}`);
      return null;
    }
    if (options.min !== undefined && number < options.min) this.wrong(name, `must be at least ${options.min}`);
    if (options.max !== undefined && number > options.max) this.wrong(name, `must be at most ${options.max}`);
    return number;
  }

  boolean(name: string, options: { required?: boolean } = {}): boolean | null {
    if (options.required && !this.required(name)) return null;
    const value = this.#body[name];
    if (value === undefined || value === null || value === '') return null;
    if (value === true || value === 'true') return true;
    if (value === false || value === 'false') return false;
    this.wrong(name, `must be true or false, not ${shown(value)}`);
    return null;
  }

  /** An instant as `2016-01-01T12:00:00.000Z`. */
  time(name: string, options: { required?: boolean } = {}): string | null {
    if (options.required && !this.required(name)) return null;
    const value = this.#body[name];
    if (value === undefined || value === null || value === '') return null;
    const time = typeof value === 'string' ? parseTime(value) : null;
    if (time === null) {
      this.wrong(name, `is no date or time: ${shown(value)}`);
      return null;
    }
    return milliseconds(time);
  }

  oneOf(name: string, values: readonly string[], options: { required?: boolean } = {}): string | null {
    const text = this.text(name, options);
    if (text === null || text === '') return null;
    if (values.includes(text)) return text;
    this.wrong(name, `must be one of ${values.join(', ')}, not ${shown(text)}`);
    return null;
  }

  currency(name: string, options: { required?: boolean } = {}): string | null {
    const text = this.text(name, options)?.toUpperCase() ?? null;
    if (text === null || text === '' || CURRENCIES.has(text)) return text || null;
    this.wrong(name, `is no currency of ISO 4217: ${shown(text)}`);
    return null;
  }

  country(name: string): string | null {
    const text = this.text(name)?.toUpperCase() ?? null;
    if (text === null || text === '' || COUNTRIES.has(text)) return text;
    this.wrong(name, `is no country of ISO 3166-1 alpha-2: ${shown(text)}`);
    return null;
  }

  /** An e-mail address; null for absent, null and blank. */
  email(name: string): string | null {
    const text = this.text(name)?.trim() ?? null;
    if (text === null || text === '' || EMAIL.test(text)) return text;
    this.wrong(name, `is no e-mail address: ${shown(text)}`);
    return text;
  }

  /** A list; [] when absent and not required. */
  list(name: string, options: { required?: boolean; max?: number } = {}): Json[] {
    if (options.required && !this.required(name)) return [];
    const value = this.#body[name];
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) {
      this.wrong(name, 'must be a list');
      return [];
    }
    if (options.max !== undefined && value.length > options.max) {
      this.wrong(name, `has ${value.length} members; at most ${options.max} are taken`, 'too_long');
      return [];
    }
    return value;
  }

  texts(name: string, options: { required?: boolean } = {}): string[] {
    const list = this.list(name, options);
    return list.flatMap((value, i) => {
      const text = new Fields({ value } as JsonObject, '', this.#errors).text('value');
      if (text === null || text === '') {
        this.wrong(`${name}[${i}]`, 'must be text', 'blank');
        return [];
      }
      return [text];
    });
  }

  /** Fields of an object inside this one; what is wrong is gathered here. */
  inside(name: string): Fields {
    const value = this.#body[name];
    return new Fields(value ?? undefined, `${this.#prefix}${name}.`, this.#errors);
  }

  /** Fields of each object of a list. */
  each(name: string, options: { required?: boolean; max?: number } = {}): Fields[] {
    return this.list(name, options).map(
      (value, i) => new Fields(value as unknown, `${this.#prefix}${name}[${i}].`, this.#errors),
    );
  }

  get errors(): readonly FieldError[] {
    return this.#errors;
  }

  /** Throws 400 or 422 with everything that was found. */
  check(): void {
    if (this.#errors.length > 0) throw wrongFields(this.#errors);
  }
}
