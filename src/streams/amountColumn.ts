/** Amounts in whole units of their row's currency, as columns of minor units. Not the hot path: only files that are read with `units`. */
import { IntegerColumn, whyNoNumber, ZERO } from './columns.ts';
import { OK, REASON } from './reasons.ts';

/** Decimals that may be written, if they are zeros, where the currency has fewer: 499.00 JPY. Three could be thousands: 1.000 EUR. */
const ZERO_DECIMALS_MAX = 2;

/**
 * Int64 of minor units from amounts in whole units: 499.00 EUR is 49900. A cell is put before the currency of its row is known: it is
 * kept until {@link settle}.
 */
export class AmountColumn extends IntegerColumn {
  private readonly point: number;
  private digits = new Uint8Array(0);
  private decimals = 0;
  constructor(required: boolean, decimal: '.' | ',') {
    super(required, decimal, true);
    this.point = decimal.charCodeAt(0);
  }
  override putEmpty(row: number): void {
    super.putEmpty(row);
    this.digits = new Uint8Array(0);
  }
  override put(bytes: Uint8Array, start: number, end: number, row: number): number {
    this.putEmpty(row);
    const mark = bytes.subarray(start, end).indexOf(this.point);
    const at = mark < 0 ? end : start + mark;
    const isDigit = (byte: number) => (byte - ZERO) >>> 0 <= 9;
    const from = bytes[start] === 45 || bytes[start] === 43 ? start + 1 : start;
    const whole = bytes.subarray(from, at);
    const fraction = bytes.subarray(Math.min(at + 1, end), end);
    if (whole.length === 0 || !whole.every(isDigit) || !fraction.every(isDigit)) {
      return whyNoNumber(bytes, start, end, this.point);
    }
    this.decimals = fraction.length;
    this.digits = Uint8Array.from([...bytes.subarray(start, at), ...fraction]);
    return OK;
  }
  /** Makes the amount put last whole minor units of its currency, which has `minor` decimals. OK, or why it is refused. */
  settle(row: number, minor: number): number {
    if (this.digits.length === 0) return OK;
    const surplus = this.decimals - minor;
    if (surplus > 0) {
      const zeros = this.digits.subarray(this.digits.length - surplus).every((byte) => byte === ZERO);
      if (!zeros || this.decimals > ZERO_DECIMALS_MAX) return REASON.decimalsOfCurrency;
    }
    const cents = new Uint8Array(this.digits.length - surplus).fill(ZERO);
    cents.set(this.digits.subarray(0, cents.length));
    return super.put(cents, 0, cents.length, row);
  }
}
