/** The shape of figures of an inventory, wherever they are shown. */
import { Type } from 'typebox';
import { DecimalText, Nullable } from '../schemas.ts';

export const figures = {
  co2e_kg: DecimalText,
  co2e_t: DecimalText,
  gases_kg: Type.Record(Type.String(), DecimalText),
  other_gases_kg: Type.Record(Type.String(), DecimalText),
  not_restatable_kg: Type.String({
    description: 'CO2e of sources that used another set of potentials and give no gases',
  }),
  not_restatable_percent: Nullable(Type.String()),
  without_potential: Type.Array(Type.String(), {
    description: 'Gases for which the set has no potential; they count 0',
  }),
  lines: Type.Integer(),
  flags: Type.Record(Type.String(), Type.Integer()),
};

const { co2e_kg, co2e_t, lines, ...details } = figures;
/** A row of a report: all figures, or of a brief one CO2e and lines alone. */
export const rowFigures = { co2e_kg, co2e_t, lines, ...Type.Partial(Type.Object(details)).properties };

/** What is held back for one reason, in one unit. */
export const held = {
  reason: Type.String(),
  words: Type.String(),
  unit: Type.String(),
  currency: Type.String(),
  lines: Type.Integer(),
  quantity: Nullable(DecimalText),
  amount: Nullable(DecimalText),
  ref: Nullable(
    Type.String({ description: 'Which activities these are, for /api/explain; null where a what-if holds them back' }),
  ),
};
