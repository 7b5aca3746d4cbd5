/** Which column a definition's cells go to. */
import { AmountColumn } from './amountColumn.ts';
import { BooleanColumn, type Column, DateColumn, DecimalColumn, InstantColumn, IntegerColumn } from './columns.ts';
import type { Notation } from './reasons.ts';
import { DictionaryColumn, TextColumn } from './textColumns.ts';
import type { ColumnDefinition } from './types.ts';

/** An empty column for a definition, reading cells in the file's notation. */
export function columnFor(definition: ColumnDefinition, notation: Notation): Column {
  const required = definition.required === true;
  switch (definition.type) {
    case 'decimal':
      return new DecimalColumn(required, notation.decimal);
    case 'cents':
      if (notation.amounts === 'units') return new AmountColumn(required, notation.decimal);
      return new IntegerColumn(required, notation.decimal, notation.markedCents !== true);
    case 'integer':
      return new IntegerColumn(required, notation.decimal, false);
    case 'date':
      return new DateColumn(required, notation.dateOrder);
    case 'datetime':
      return new InstantColumn(required, notation.dateOrder);
    case 'boolean':
      return new BooleanColumn(required);
    case 'text':
      return definition.lowCardinality === true ? new DictionaryColumn(definition) : new TextColumn(definition);
    default:
      return new DictionaryColumn(definition);
  }
}
