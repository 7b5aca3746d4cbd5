/** Words of the frame around every page, and those that every page uses. */
import { count, n } from './words.ts';

export const app = {
  name: 'Footing',
  skip: 'Skip to the content',
  menu: 'Menu',
  pages: 'Pages',
  signOut: 'Sign out',
  posting: (seq: number) => `Posting entry ${n(seq)} …`,
  toDark: 'Dark colours',
  toLight: 'Light colours',
};

export const pages = {
  overview: 'Overview',
  revenue: 'Revenue',
  carbon: 'Carbon',
  held: 'Held back',
  imports: 'Imports',
  records: 'Records',
  exports: 'Exports',
  journal: 'Journal',
  settings: 'Settings',
  api: 'API',
};

export const common = {
  loading: 'Loading',
  slow: 'The server takes longer than usual. Nothing needs to be done: the answer appears here.',
  tryAgain: 'Try again',
  close: 'Close',
  copied: 'Copied',
  copyCsv: 'Copy as CSV',
  copyCsvOf: (rows: number) => `Copy ${count(rows, 'row', 'rows')} as CSV`,
  none: 'empty',
  row: (row: number) => `Row ${n(row)}`,
  rows: (rows: number) => count(rows, 'row', 'rows'),
  rowsSoFar: (rows: number) => `${count(rows, 'row', 'rows')} so far, more below`,
  more: (more: number) => `and ${n(more)} more`,
  showMore: 'Show more',
  from: 'From',
  to: 'To',
  total: 'Total',
  cancel: 'Cancel',
  download: 'Download',
  asOfEntry: (seq: number) => `as of entry ${n(seq)}`,
};

export const errors = {
  unreachable: 'The server cannot be reached.',
  unreachableRemedy:
    'What you typed is still here. Check that the server runs and that you are online, then try again.',
  unreadable: (status: number) => `The server answered with status ${status} and something that is not from Footing.`,
  noSuchPage: 'There is no such page.',
};

export const signIn = {
  about: 'The books for recurring revenue and carbon footprint. Sign in with an API key of your account.',
  key: 'API key',
  show: 'Show or hide the key',
  submit: 'Sign in',
  empty: 'Enter a key first.',
  refused: 'This key is not valid.',
  refusedRemedy: 'Keys begin with fk_ and are shown once, when they are made. A revoked key no longer works.',
  instance: 'This key belongs to the whole instance and sees no account.',
  instanceRemedy: 'Sign in with a key of the account whose books you want to see.',
  where: 'Where do I get a key?',
  whereAnswer: 'On the machine that Footing runs on:',
  whereCommand: 'footing keys create --name "My browser"',
  again: 'Sign in again',
  againAbout:
    'Your key no longer works; it may have been revoked. The page behind this stays as it is, with what you typed.',
};

export const palette = {
  open: 'Search',
  keys: 'Ctrl K',
  title: 'Commands',
  placeholder: 'A page, an action, an entry number or a reference',
  nothing: 'Nothing of this name.',
  goTo: (page: string) => `Go to ${page}`,
  now: 'Show the books as of now',
  colours: 'Switch between light and dark',
  print: 'Print this page',
  asOf: (seq: string) => `Show the books as of entry ${seq}`,
  explain: (ref: string) => `Explain ${ref}`,
};

export const asOf = {
  about: 'Every figure can be shown as the books stood after any earlier entry of the journal.',
  now: (seq: number | undefined) => (seq === undefined ? 'As of now' : `As of now, entry ${n(seq)}`),
  earlier: (seq: number) => `As of entry ${n(seq)}`,
  short: (seq: number | undefined) => (seq === undefined ? 'Entry' : `Entry ${n(seq)}`),
  latest: 'Now: always the last entry',
  entry: 'Entry number',
  entryRange: (head: number) => `A number from 1 to ${n(head)}`,
  day: 'End of day',
  nothingYet: 'The journal had no entry yet on that day.',
  show: 'Show',
  banner: (seq: number, at: string | null) =>
    `The books as they stood after entry ${n(seq)}${at === null ? '' : `, ${at}`}. Nothing stated later is counted.`,
  unknown: 'The journal has no such entry.',
  back: 'Back to now',
};

export const chart = {
  axisFrom: (figure: string, unit: string) => `The axis begins at ${figure} ${unit}, not at 0.`,
  save: (kind: string, label: string) => `Save as ${kind}: ${label}`,
};
