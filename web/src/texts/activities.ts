export const activities = {
  title: 'Activities',
  note: 'What the inventory is made of, one line per activity, month and factor. Everything counts wholly here.',
  lines: 'Lines',
  order: 'Order',
  orders: { largest: 'Largest first', newest: 'Newest first' } as Record<string, string>,
  emptyText: 'Take out a filter, choose another period, or write names as they were stated.',
};
