/** What the values of an inventory's dimensions are called. */
import { month } from '../../format/dates.ts';
import { t } from '../../texts.ts';

/** Names of regions in the person's language; built when first needed. */
let regions: Intl.DisplayNames | undefined;

export function nameOf(dimension: string, value: string): string {
  if (dimension === 'scope') return t.carbon.scopes[value] ?? value;
  if (dimension === 'category') return t.carbon.categories[value] ?? value;
  if (value === '') return t.carbon.unnamed;
  if (dimension === 'month') return month(value);
  if (dimension === 'factor') return value.split('/').slice(1).join(', ').replaceAll('-', ' ');
  if (dimension === 'country' && /^[A-Z]{2}$/.test(value)) {
    regions ??= new Intl.DisplayNames(navigator.languages[0] ?? 'en', { type: 'region' });
    return regions.of(value) ?? value;
  }
  return value;
}
