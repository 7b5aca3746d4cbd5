/** A figure that says where it comes from when it is clicked. */
import { useOfAddress, useSetAddress } from '../app/address.ts';
import { t } from '../texts.ts';

interface Props {
  text: string;
  /** Null where there is nothing to explain. */
  of: string | null;
  label: string;
  /** Of books as they stood: the whole page is turned back to that entry, because an explanation is of one entry. */
  asOf?: number;
}

export function Figure({ text, of: ref, label, asOf }: Props) {
  const open = useOfAddress(({ explain }) => explain === ref && ref !== null);
  const setAddress = useSetAddress();
  if (ref === null) return <span className="number">{text}</span>;
  return (
    <button
      type="button"
      className={open ? 'figure number figure-open' : 'figure number'}
      aria-label={t.explain.figureLabel(label, text)}
      onClick={() => setAddress({ explain: ref, ...(asOf === undefined ? {} : { as_of: asOf }) })}
    >
      {text}
    </button>
  );
}

/** A key of a record that says where it was stated when it is clicked. */
export function RecordKey({ text, of: ref, label = text }: { text: string; of: string; label?: string }) {
  const setAddress = useSetAddress();
  return (
    <button
      type="button"
      className="link"
      aria-label={t.explain.recordLabel(label)}
      onClick={() => setAddress({ explain: ref })}
    >
      {text}
    </button>
  );
}
