export const records = {
  title: 'Records',
  note: 'What the books hold now, row by row, with the entry that stated it.',
  stream: 'Kind of record',
  key: 'Find by key',
  find: 'Find',
  clear: 'All',
  origin: 'Entry, row',
  source: 'Source',
  explain: 'Where it comes from',
  emptyTitle: 'No records',
  emptyText: 'Import a file of this kind, or look for another key.',
  notFound: 'There is no record with this key.',
};
