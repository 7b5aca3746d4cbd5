/** Numbers within sentences. */
export const n = (value: number): string => new Intl.NumberFormat(navigator.languages[0] ?? 'en').format(value);
export const count = (value: number, one: string, many: string): string => `${n(value)} ${value === 1 ? one : many}`;
