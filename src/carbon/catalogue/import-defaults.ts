/**
 * Two small releases without a file to import: default values of the IPCC 2006 guidelines for fuels, and the identity factors for
 * gases and CO2e that are measured or stated by others.
 */
import { Rational } from '../../kernel/rational.ts';
import type { FactorDraft, ImportedRelease } from './format.ts';

/** fuel, NCV in TJ/Gg, kg CO2/TJ, kg CH4/TJ in energy industries and in commercial use, kg N2O/TJ, biogenic. */
const FUELS: ReadonlyArray<readonly [string, string, string, string, string, string, boolean?]> = [
  ['Crude oil', '42.3', '73300', '3', '10', '0.6'],
  ['Motor gasoline', '44.3', '69300', '3', '10', '0.6'],
  ['Aviation gasoline', '44.3', '70000', '3', '10', '0.6'],
  ['Jet kerosene', '44.1', '71500', '3', '10', '0.6'],
  ['Other kerosene', '43.8', '71900', '3', '10', '0.6'],
  ['Gas oil and diesel oil', '43', '74100', '3', '10', '0.6'],
  ['Residual fuel oil', '40.4', '77400', '3', '10', '0.6'],
  ['Liquefied petroleum gases', '47.3', '63100', '1', '5', '0.1'],
  ['Naphtha', '44.5', '73300', '3', '10', '0.6'],
  ['Petroleum coke', '32.5', '97500', '3', '10', '0.6'],
  ['Anthracite', '26.7', '98300', '1', '10', '1.5'],
  ['Coking coal', '28.2', '94600', '1', '10', '1.5'],
  ['Other bituminous coal', '25.8', '94600', '1', '10', '1.5'],
  ['Sub-bituminous coal', '18.9', '96100', '1', '10', '1.5'],
  ['Lignite', '11.9', '101000', '1', '10', '1.5'],
  ['Coke oven coke', '28.2', '107000', '1', '10', '1.5'],
  ['Natural gas', '48', '56100', '1', '5', '0.1'],
  ['Municipal waste, fossil part', '10', '91700', '30', '300', '4'],
  ['Peat', '9.76', '106000', '1', '10', '1.5'],
  ['Wood', '15.6', '112000', '30', '300', '4', true],
  ['Biogasoline', '27', '70800', '3', '10', '0.6', true],
  ['Biodiesel', '27', '70800', '3', '10', '0.6', true],
  ['Landfill gas', '50.4', '54600', '1', '5', '0.1', true],
  ['Other biogas', '50.4', '54600', '1', '5', '0.1', true],
];

/** Default factors of stationary combustion on the net basis, per TJ and, through the default heating value, per tonne. */
export function ipccDefaults(): ImportedRelease {
  const drafts = FUELS.flatMap(([fuel, ncv, co2, ch4Energy, ch4Commercial, n2o, biogenic]) =>
    (
      [
        ['energy industries', ch4Energy, 'table 2.2'],
        ['commercial and institutional', ch4Commercial, 'table 2.4'],
      ] as const
    ).flatMap(([use, ch4, table]): FactorDraft[] => {
      const perUnit = (unit: string, tj: Rational, notes: string): FactorDraft => {
        const mass = (kgPerTj: string) => tj.mul(Rational.parse(kgPerTj)).toString();
        return {
          name: `${fuel}, ${use} (IPCC default)`,
          scope: '1',
          method: 'fuel',
          lifeCycleStage: 'combustion',
          unit,
          region: 'GLO',
          [biogenic ? 'co2_biogenic' : 'co2_fossil']: mass(co2),
          ch4_non_fossil: mass(ch4),
          n2o: mass(n2o),
          sourceTable: `Volume 2, chapter 2, ${table}; heating values: chapter 1, table 1.2`,
          sourceRow: fuel,
          notes,
        };
      };
      // TJ per tonne is a thousandth of TJ per Gg.
      const tjPerTonne = Rational.parse(ncv).div(Rational.parse('1000'));
      return [
        perUnit('TJ (Net CV)', Rational.ONE, ''),
        perUnit('t', tjPerTonne, `${ncv} TJ/Gg (net) times the factor per TJ`),
      ];
    }),
  );
  return {
    head: {
      id: 'ipcc-2006',
      title: 'IPCC Guidelines for National Greenhouse Gas Inventories, 2006: default values for fuels',
      publisher: 'Intergovernmental Panel on Climate Change',
      year: 2006,
      edition: '2006, volume 2',
      licence: 'single values, cited',
      licenceUrl: 'https://www.ipcc-nggip.iges.or.jp/public/2006gl/',
      attribution: '2006 IPCC Guidelines for National Greenhouse Gas Inventories, volume 2: Energy.',
      url: 'https://www.ipcc-nggip.iges.or.jp/public/2006gl/vol2.html',
      gwpSource: 'AR5',
      validFrom: '1990-01-01',
      validTo: '',
      notes: [
        'Net calorific basis. Masses of gases; the guidelines use no potentials for them: CO2e is calculated.',
        'Methane of combustion stands at the non-fossil potential: its carbon is in the CO2 of full oxidation.',
        'Defaults for want of better: a factor of the country or of the supplier goes first. Transcribed by hand; compare a value before you rely on it alone.',
      ],
    },
    drafts,
    rowsRead: FUELS.length,
    left: {},
  };
}

const GASES: ReadonlyArray<
  readonly [name: string, masses: Partial<FactorDraft>, scope: '1' | 'outside', notes?: string]
> = [
  ['Carbon dioxide, stated', { co2_fossil: '1' }, '1'],
  ['Carbon dioxide, biogenic, stated', { co2_biogenic: '1' }, 'outside'],
  ['Methane, fossil, stated', { ch4_fossil: '1' }, '1', 'Methane that escapes unburnt from a fossil source'],
  ['Methane, stated', { ch4_non_fossil: '1' }, '1', 'Methane of combustion or of biogenic origin'],
  ['Nitrous oxide, stated', { n2o: '1' }, '1'],
  ['Sulphur hexafluoride, stated', { other_gas: 'SF6', other_kg: '1' }, '1'],
  ['Nitrogen trifluoride, stated', { other_gas: 'NF3', other_kg: '1' }, '1'],
];

/** Identity factors: one kilogram is one kilogram. For what is measured, and for CO2e that suppliers and investees state. */
export function statedMasses(): ImportedRelease {
  const common = { region: 'GLO', unit: 'kg', sourceTable: 'identity' } as const;
  return {
    head: {
      id: 'footing-stated-1',
      title: 'Gases and CO2e that are measured or stated by others',
      publisher: 'Footing',
      year: 2025,
      edition: '1',
      licence: 'Apache-2.0',
      licenceUrl: 'https://www.apache.org/licenses/LICENSE-2.0',
      attribution: 'Footing',
      url: 'https://www.apache.org/licenses/LICENSE-2.0',
      gwpSource: 'AR5',
      validFrom: '1990-01-01',
      validTo: '',
      notes: [
        'One kilogram is one kilogram: for measured gases, process emissions, footprints of products and emissions that others report.',
        'CO2e that others state counts as it is under every set of potentials: it cannot be restated.',
      ],
    },
    drafts: [
      ...GASES.map(
        ([name, masses, scope, notes]): FactorDraft => ({
          ...common,
          ...masses,
          alsoCategories: [...CATEGORIES],
          name,
          scope,
          method: 'average-data',
          lifeCycleStage: 'fugitive',
          sourceRow: name,
          notes: notes ?? '',
        }),
      ),
      {
        ...common,
        alsoCategories: [...CATEGORIES],
        name: 'CO2e, stated',
        scope: '3',
        category: 1,
        method: 'average-data',
        lifeCycleStage: 'cradle-to-gate',
        co2e_unsplit: '1',
        co2eSource: '1',
        sourceRow: 'CO2e',
        notes: 'State the scope-3 category of the activity where it is not 1',
      },
    ],
    rowsRead: GASES.length + 1,
    left: {},
  };
}

const CATEGORIES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] as const;
