/** The pages of one part of the application; what stands in the address for all of them is kept. */
import { Link } from '@tanstack/react-router';
import { type Search, usePath } from '../app/address.ts';

export interface Tab {
  to: string;
  label: string;
  isActive?: (path: string) => boolean;
}

interface Props {
  label: string;
  tabs: readonly Tab[];
  /** Parameters that mean the same on every tab. */
  keep: readonly string[];
}

export function Tabs({ label, tabs, keep }: Props) {
  const path = usePath();
  return (
    <nav aria-label={label} className="tabs no-print">
      {tabs.map(({ to, label: name, isActive }) => (
        <Link
          key={to}
          to={to}
          search={((old: Search) => Object.fromEntries(keep.map((key) => [key, old[key]]))) as never}
          activeOptions={{ exact: true, includeSearch: false }}
          aria-current={(isActive ? isActive(path) : path === to) ? 'page' : undefined}
        >
          {name}
        </Link>
      ))}
    </nav>
  );
}
