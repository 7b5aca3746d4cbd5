/** Parts of the shapes of answers, in JSON Schema, that rooms below HTTP declare theirs with. */
import { Type } from 'typebox';

export const Nullable = <S extends Type.TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
export const Seq = Type.Integer({ minimum: 1, description: 'Number of an entry in the journal of the account' });
export const Day = Type.String({
  pattern: '^\\d{4}-\\d{2}-\\d{2}$',
  description: 'Calendar day',
  examples: ['2025-03-01'],
});
