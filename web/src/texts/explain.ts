import { count, n } from './words.ts';

export const explain = {
  title: 'Where it comes from',
  close: 'Close the explanation',
  trail: 'Steps walked',
  copyLink: 'Copy link',
  figureLabel: (label: string, figure: string) => `${label}: ${figure}. Explain.`,
  recordLabel: (label: string) => `${label}. Where it was stated.`,
  exactly: (figure: string) => `exactly ${figure}`,
  more: (left: number) => `Show more of ${n(left)} left`,
  listed: (listed: number, total: number) => `The first ${n(listed)} of ${n(total)} are listed.`,
  madeOf: (total: number) => `Made of ${count(total, 'step', 'steps')}`,
  leadsTo: 'Leads to',
  lines: (lines: number) => count(lines, 'line', 'lines'),
  kinds: {
    figure: 'Figure',
    part: 'Part',
    posting: 'Posting',
    record: 'Record',
    row: 'Source row',
    entry: 'Journal entry',
    evidence: 'Evidence',
    factor: 'Emission factor',
    release: 'Release of factors',
    decision: 'Decision',
  } as Record<string, string>,
};
