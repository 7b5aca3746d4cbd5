/** Shares as people write them, and as lines are multiplied by them. */
import type { Decimal } from '../../kernel/decimal.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import { Rational } from '../../kernel/rational.ts';

/** Digits after the point of a share that lines are multiplied by; a share that needs more is rounded half-even, once. */
export const SHARE_SCALE = 18;

const HUNDRED = new Rational(100n);

/**
 * Reads `80%`, `0.8` or `4/5`; '' is 0.
 * @throws FootingError `invalid` for what is no number or not from 0 to 1: a bare 80 is not taken for 80 %.
 */
export function parseShare(text: string): Rational {
  const said = text.trim();
  if (said === '') return Rational.ZERO;
  const percent = said.endsWith('%');
  let share: Rational;
  try {
    const number = Rational.parse(percent ? said.slice(0, -1).trim() : said);
    share = percent ? number.div(HUNDRED) : number;
  } catch {
    throw wrong(text, 'is not a share', 'Write 80%, 0.8 or 4/5');
  }
  if (share.sign() < 0) throw wrong(text, 'a share is not negative');
  if (share.cmp(Rational.ONE) > 0) {
    const meant = percent ? 'A share is at most 100%' : `Write ${said}% for percent, or a part of one such as 0.8`;
    throw wrong(text, percent ? 'the share is more than the whole' : 'the share is more than 1, the whole', meant);
  }
  return share;
}

function wrong(text: string, reason: string, remedy?: string): FootingError {
  return new FootingError('invalid', `Not a share: ${shown(text)}`, {
    problems: [{ field: 'equity_share', value: shown(text), reason, ...(remedy === undefined ? {} : { remedy }) }],
  });
}

/** The share as lines are multiplied by it. */
export function shareAsDecimal(share: Rational): Decimal {
  return share.toDecimal(SHARE_SCALE);
}

/** `48 %`, `33.333333 %`: for people, at most six decimals. */
export function percentOf(share: Rational): string {
  return `${share.mul(HUNDRED).toDecimal(6).toString()} %`;
}
