export const organisation = {
  title: 'Organisation',
  tree: 'Entities',
  treeNote: (parent: string | null) =>
    parent === null
      ? 'No ownership is stated: everything counts wholly.'
      : `What counts of each for ${parent}, under the chosen approach.`,
  key: 'Key',
  kind: 'Kind',
  counts: 'Counts',
  reason: 'Why not wholly',
  dates: 'Opened, closed',
  findings: 'What contradicts itself or is missing',
  emptyTitle: 'No entities yet',
  ownership: 'Ownership over time',
  ownershipNote: 'Stated with the stream “ownership”. A change of ownership ends one period and begins another.',
  noOwnership: 'No ownership is stated. Import the stream “ownership” to consolidate by equity share or control.',
  owned: 'Owned',
  owner: 'Owner',
  equity: 'Equity',
  until: 'Until',
  open: 'until further notice',
  control: { yes: 'yes', no: 'no', joint: 'joint' } as Record<string, string>,
};

export const boundary = {
  approach: 'Approach',
  byMethodology: 'As the methodology says',
  approaches: {
    none: 'Everything wholly',
    equity: 'Equity share',
    financial: 'Financial control',
    operational: 'Operational control',
  } as Record<string, string>,
  title: (approach: string) => `Boundary: ${approach.toLowerCase()}`,
  noOwnership: 'No ownership is stated: everything counts wholly.',
  of: (parent: string) => `Reporting parent: ${parent}`,
  leftOut: (tonnes: string) => `${tonnes} t CO₂e are outside of this boundary and in no total above.`,
  leftOutTitle: 'Left out',
  why: 'Why',
  share: 'Share that counts',
  lookIn: (category: string) => `Look at category ${category}.`,
  leased: (entities: string) => `Because of a lease, scopes 1 and 2 of these are in scope 3: ${entities}.`,
};

export const scope2 = {
  title: 'Scope 2 by both methods',
  note: (methodology: string) => `By the methodology ${methodology}. Choose a figure to see where it comes from.`,
  location: 'Location-based',
  market: 'Market-based',
  totalWith: 'scopes 1 to 3 with it:',
  covered: 'Covered by instruments',
  coveredOf: (covered: string, all: string) => `${covered} of ${all} kWh`,
  covers: 'What the market-based figure is due to',
  energy: 'Energy',
};
