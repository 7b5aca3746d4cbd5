/** Filters under a name: choose one, save the present filters as one, delete one. */
import { Button, NativeSelect, Popover, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { queryClient } from '../../api/queries.ts';
import { useSegments } from '../../api/revenue.ts';
import { useAsOf, useSetAddress } from '../../app/address.ts';
import { Problem } from '../../components/Problem.tsx';
import { t } from '../../texts.ts';

export function Segments({ filters }: { filters: string | undefined }) {
  const setAddress = useSetAddress();
  const canState = useAsOf() === undefined;
  const saved = useSegments().data?.segments ?? [];
  const chosen = saved.find((one) => one.filters === filters);
  return (
    <>
      {saved.length > 0 && (
        <NativeSelect
          aria-label={t.segments.title}
          value={chosen?.id ?? ''}
          data={[{ value: '', label: t.segments.choose }, ...saved.map(({ id, name }) => ({ value: id, label: name }))]}
          onChange={(event) =>
            setAddress({ filters: saved.find(({ id }) => id === event.currentTarget.value)?.filters })
          }
        />
      )}
      {filters !== undefined && chosen === undefined && canState && <Save filters={filters} />}
    </>
  );
}

/** What was typed stays until it is saved. */
function Save({ filters }: { filters: string }) {
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    if (name.trim() === '') return setError(new Error(t.segments.noName));
    setBusy(true);
    setError(null);
    try {
      await dataOf(api.POST('/api/segments', { body: { name: name.trim(), filters } }));
      setOpen(false);
      setName('');
      await queryClient.invalidateQueries({ queryKey: ['segments'] });
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" trapFocus withinPortal shadow="md" keepMounted>
      <Popover.Target>
        <Button variant="subtle" size="compact-sm" onClick={() => setOpen(!open)} aria-expanded={open}>
          {t.segments.save}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form onSubmit={(event) => void submit(event)} className="filter-form">
          <TextInput
            data-autofocus
            label={t.segments.name}
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit" loading={busy}>
            {t.segments.saveIt}
          </Button>
          {error !== null && <Problem error={error} />}
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
