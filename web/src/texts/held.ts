import { count, n } from './words.ts';

export const held = {
  title: 'Held back',
  note: 'Activities without a factor that fits. They are in no total until they are resolved, and they never count as zero.',
  activity: 'Activity',
  whyAndWhat: 'Why, and what to do',
  country: 'Country',
  region: 'Region',
  lines: 'Lines',
  quantity: 'Quantity',
  amount: 'Amount',
  remedies: {
    unknown_activity: 'Name the activity as in the catalogue, and import the rows again.',
    no_factor_for_region: 'State the country that the factor is for, or name an activity with a factor for this one.',
    unknown_entity: 'Import the entity, or correct its name.',
    unknown_unit: 'Use a unit that can be converted to that of the factor.',
    unknown_country: 'Use a two-letter country code.',
    unknown_currency: 'Use a three-letter currency code.',
  } as Record<string, string>,
  remedyOther: 'Correct the rows and import them again: a row with the same key replaces the earlier one.',
  emptyTitle: 'Nothing is held back',
  emptyText: 'Every activity has a factor and is in the totals.',
  download: 'Records of activities',
  summary: (groups: number) => `${count(groups, 'group', 'groups')} of like activities`,
};

export const queue = {
  title: 'To decide',
  note: 'Factors that may fit, by what the activities say. A decision is remembered: it holds for later activities too.',
  candidate: 'Factor',
  candidateFor: (activity: string, country: string) => `Factor for ${activity}, ${country}`,
  none: 'Not decided',
  preview: 'See the effect',
  decide: (decisions: number) => `Decide ${n(decisions)}`,
  first: 'Choose factors, then see what they do to the total before you decide.',
  notThen: 'Decisions are taken now; go back to now first.',
  effect: (change: string, before: string, after: string, lines: number) =>
    `This changes the total by ${change} t CO₂e, from ${before} to ${after} t CO₂e, over ${count(lines, 'line', 'lines')}.`,
  stillHeld: (lines: number) => `${count(lines, 'line', 'lines')} would still be held back.`,
  decisions: 'Decisions in force',
  takeBack: 'Take back',
  leftOut: 'left out',
};
