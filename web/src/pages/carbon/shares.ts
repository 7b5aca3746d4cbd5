/** Shares of ownership for people. */
import { percent } from '../../format/numbers.ts';

/** A decimal as a percentage; a fraction such as 53/98 as it is, because no decimal is that share. */
export function shareText(share: string): string {
  if (share.includes('/')) return share;
  const [whole = '0', decimals = ''] = share.split('.');
  const padded = decimals.padEnd(2, '0');
  const text = `${whole}${padded.slice(0, 2)}${padded.length > 2 ? `.${padded.slice(2)}` : ''}`;
  return percent(text, Math.max(0, padded.length - 2));
}
