/** How the file is to be read, where what was detected is not right. */
import { NativeSelect } from '@mantine/core';
import type { DryRun } from '../../api/upload.ts';
import { t } from '../../texts.ts';

const CHOICES = {
  decimal: ['.', ','],
  date_order: ['iso', 'dmy', 'mdy'],
  amounts: ['cents', 'units'],
  delimiter: [',', ';', '\t', '|'],
  encoding: ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'],
} as const;
type Name = keyof typeof CHOICES;
export type ReadOptionValues = Partial<Record<Name, string>>;

const LABELS: Record<Name, string> = {
  decimal: t.imports.decimal,
  date_order: t.imports.dateOrder,
  amounts: t.imports.amounts,
  delimiter: t.imports.delimiter,
  encoding: t.imports.encoding,
};

interface Props {
  values: ReadOptionValues;
  detected: DryRun['options'] | undefined;
  onChange: (values: ReadOptionValues) => void;
}

export function ReadOptions({ values, detected, onChange }: Props) {
  return (
    <>
      {(Object.keys(CHOICES) as Name[])
        .filter((name) => name !== 'amounts' || detected?.amounts != null)
        .map((name) => (
          <NativeSelect
            key={name}
            label={LABELS[name]}
            value={values[name] ?? ''}
            data={[
              {
                value: '',
                label: detected ? `${t.imports.detect}: ${shown(name, detected[name] ?? '')}` : t.imports.detect,
              },
              ...CHOICES[name].map((value) => ({ value, label: shown(name, value) })),
            ]}
            onChange={(event) => onChange({ ...values, [name]: event.currentTarget.value })}
          />
        ))}
    </>
  );
}

function shown(name: Name, value: string): string {
  if (name === 'amounts') return t.imports.amountUnits[value] ?? value;
  if (name === 'date_order') return t.imports.dateOrders[value] ?? value;
  return value === '\t' ? 'Tab' : value;
}
