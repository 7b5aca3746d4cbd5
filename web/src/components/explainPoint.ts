/** A bar or a point whose data carry `ref` opens its explanation when it is clicked; for keys, the table beside a chart has the same figures. */
import { useSetAddress } from '../app/address.ts';

export function useExplainPoint(): (name: string, data: unknown) => void {
  const setAddress = useSetAddress();
  return (_name, data) => {
    const ref = (data as { ref?: string | null } | null)?.ref;
    if (ref) setAddress({ explain: ref });
  };
}
