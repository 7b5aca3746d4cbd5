/**
 * Numbers for people. Amounts come from the API as exact decimal text and go to Intl as text, which formats them digit by
 * digit: no figure passes through a floating-point number on its way to the screen.
 */
const locale = navigator.languages[0] ?? 'en';

type Numeric = Intl.StringNumericLiteral;
const formats = new Map<string, Intl.NumberFormat>();

function formatOf(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify(options);
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.NumberFormat(locale, { roundingMode: 'halfEven', ...options });
  formats.set(key, made);
  return made;
}

/** A decimal with a fixed number of decimals. */
export const decimal = (text: string, decimals: number): string =>
  formatOf({ minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(text as Numeric);

export const whole = (value: number | string): string =>
  formatOf({ maximumFractionDigits: 0 }).format(value as Numeric);

/** A number with every digit that it has, and no zeros that it does not need. */
export const everyDigit = (text: string): string => formatOf({ maximumFractionDigits: 100 }).format(text as Numeric);

/** An amount with every digit that it was given with. */
export function amount(text: string): string {
  const point = text.indexOf('.');
  return decimal(text, point < 0 ? 0 : text.length - point - 1);
}

const READABLE_DECIMALS = 6;
const READABLE_DIGITS = 4;

/** Six decimals at most, of small numbers as many as show four digits; whoever shows it shows every digit beside it. */
export const readable = (text: string): string =>
  decimalsOf(text) <= READABLE_DECIMALS
    ? amount(text)
    : formatOf({
        maximumFractionDigits: READABLE_DECIMALS,
        maximumSignificantDigits: READABLE_DIGITS,
        roundingPriority: 'morePrecision',
      }).format(text as Numeric);

/** True when `readable` leaves nothing out. */
export const isReadable = (text: string): boolean =>
  decimalsOf(text) <= READABLE_DECIMALS || readable(text) === everyDigit(text);

/** Decimals of tonnes of CO2e in tables: the kilogram. */
export const TONNES_DECIMALS = 3;
export const tonnes = (text: string): string => decimal(text, TONNES_DECIMALS);

/** Kilograms as tonnes: the point is moved, nothing is divided. */
export const tonnesOfKilograms = (kilograms: string): string =>
  unscaled(scaled(kilograms, decimalsOf(kilograms)), decimalsOf(kilograms) + 3);

/** Tonnes with + where the total rises. */
export function signedTonnes(kilograms: string): string {
  const text = tonnes(tonnesOfKilograms(kilograms));
  return kilograms.startsWith('-') || isZero(kilograms) ? text : `+${text}`;
}

/** Short form for axes of charts, where a place is read and not a figure. */
export const short = (value: number): string =>
  formatOf({ notation: 'compact', maximumFractionDigits: 1 }).format(value);

/** `part` of `total` as a percentage with one decimal, exact to the rounding; null when there is no total. */
export function percentOf(part: string, total: string): string | null {
  const scale = Math.max(decimalsOf(part), decimalsOf(total));
  const divisor = scaled(total, scale);
  if (divisor === 0n) return null;
  const perMille = (scaled(part, scale) * 2000n) / divisor;
  const rounded = (perMille + (perMille < 0n ? -1n : 1n)) / 2n;
  return formatOf({ style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(
    `${rounded}e-3` as Numeric,
  );
}

/** Exact sum of decimal texts. */
export function sum(values: readonly string[]): string {
  const scale = Math.max(0, ...values.map(decimalsOf));
  return unscaled(
    values.reduce((total, value) => total + scaled(value, scale), 0n),
    scale,
  );
}

export const difference = (a: string, b: string): string => sum([a, b.startsWith('-') ? b.slice(1) : `-${b}`]);

/** Compares two decimal texts exactly: negative, zero or positive. */
export function compare(a: string, b: string): number {
  const scale = Math.max(decimalsOf(a), decimalsOf(b));
  const gap = scaled(a, scale) - scaled(b, scale);
  return gap < 0n ? -1 : gap > 0n ? 1 : 0;
}

export const isZero = (text: string): boolean => /^-?0*\.?0*$/.test(text);

const decimalsOf = (text: string): number => (text.includes('.') ? text.length - text.indexOf('.') - 1 : 0);

function scaled(text: string, scale: number): bigint {
  return BigInt(text.replace('.', '') + '0'.repeat(scale - decimalsOf(text)));
}

function unscaled(value: bigint, scale: number): string {
  if (scale === 0) return value.toString();
  const negative = value < 0n;
  const digits = (negative ? -value : value).toString().padStart(scale + 1, '0');
  return `${negative ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

export function bytes(value: number): string {
  const step = value < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(value) / 3));
  return formatOf({
    style: 'unit',
    unit: UNITS[step]!,
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: step === 0 ? 0 : 1,
  }).format(value / 1000 ** step);
}

export function seconds(value: number): string {
  if (value < 90) return formatOf({ style: 'unit', unit: 'second', maximumFractionDigits: 0 }).format(value);
  return formatOf({ style: 'unit', unit: 'minute', maximumFractionDigits: 0 }).format(value / 60);
}

/** Decimals of a currency's minor unit, by ISO 4217. */
function minorDigits(currency: string): number {
  try {
    return formatOf({ style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

/** Minor units (cents) as an exact amount in units of the currency: the point is moved. */
export const amountOfCents = (cents: string, currency: string): string =>
  unscaled(BigInt(cents), minorDigits(currency));

export const money = (cents: string, currency: string): string => amount(amountOfCents(cents, currency));

/** A percentage as the API gives it, such as 1.62, with its sign. */
export const percent = (text: string, decimals = 2): string =>
  formatOf({ style: 'percent', minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(
    `${text}e-2` as Numeric,
  );

/** The same with + where it rises. */
export const percentChange = (text: string): string =>
  formatOf({
    style: 'percent',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
    signDisplay: 'exceptZero',
  }).format(`${text}e-2` as Numeric);

/** `part` / `whole` x 10^shift with six decimals, exact to the rounding; null when there is no whole. */
export function ratioOf(part: string, whole: string, shift = 0): string | null {
  const scale = Math.max(decimalsOf(part), decimalsOf(whole));
  const divisor = scaled(whole, scale);
  if (divisor === 0n) return null;
  const doubled = (scaled(part, scale) * 2n * 10n ** BigInt(RATIO_DECIMALS + shift)) / divisor;
  return unscaled((doubled + (doubled < 0n ? -1n : 1n)) / 2n, RATIO_DECIMALS);
}

const RATIO_DECIMALS = 6;
