/** Names of gases in the UK table of refrigerants, in the catalogue's spelling. */
import type { FactorDraft } from './format.ts';
import { gwpSet } from './gwp.ts';

export interface DesnzGas {
  name: string;
  aliases: string[];
  /** True when the GWP tables hold the gas, so that its mass is stored; else only the published CO2e is. */
  known: boolean;
  /** Masses of gases that have a column of their own. */
  masses?: Partial<FactorDraft>;
}

const OWN_COLUMN: Record<string, DesnzGas> = {
  'Carbon dioxide': {
    name: 'Carbon dioxide',
    aliases: ['CO2', 'R-744', 'R744'],
    known: false,
    masses: { co2e_unsplit: '0', co2_fossil: '1' },
  },
  // The publisher counts methane at 28, the value of non-fossil origin, so that column meets its figure.
  Methane: { name: 'Methane', aliases: ['CH4'], known: false, masses: { co2e_unsplit: '0', ch4_non_fossil: '1' } },
  'Nitrous oxide': { name: 'Nitrous oxide', aliases: ['N2O'], known: false, masses: { co2e_unsplit: '0', n2o: '1' } },
};

const RESPELT: Record<string, string> = {
  'HFC-43-I0mee': 'HFC-43-10mee',
  'PFC-9-1-18': 'PFC-91-18',
  'Sulphur hexafluoride (SF6)': 'SF6',
  'Nitrogen trifluoride': 'NF3',
};

export function gasByDesnzName(text: string): DesnzGas {
  const own = OWN_COLUMN[text];
  if (own) return own;
  const name = gasName(text);
  const known = gwpSet('AR5').of(name) !== undefined;
  return { name, aliases: [text.replace(/\*$/, ''), ...refrigerantNumbers(name)], known };
}

function gasName(text: string): string {
  const respelt = RESPELT[text];
  if (respelt) return respelt;
  const perfluorocarbon = /\(PFC-([\d-]+)\)$/.exec(text);
  if (perfluorocarbon) return `PFC-${perfluorocarbon[1]!.replace(/^(\d)-(\d)-/, '$1$2-')}`;
  const montreal = /^(H?CFC-\d+[a-z]*)\/R/.exec(text);
  if (montreal) return montreal[1]!;
  const olefin = /^R(1234\w+)\*?$/.exec(text);
  if (olefin) return `HFO-${olefin[1]}`;
  const numbered = /^R(\d+[A-Z]?)(?: = .*)?$/.exec(text);
  return numbered ? `R-${numbered[1]}` : text;
}

/** The refrigerant numbers by which engineers call the gas: R-134a and R134a for HFC-134a. */
function refrigerantNumbers(name: string): string[] {
  const number = /^(?:HFC|HCFC|CFC|HFO|R)-(\d+[A-Za-z]*)$/.exec(name)?.[1];
  return number === undefined ? [] : [`R-${number}`, `R${number}`];
}
