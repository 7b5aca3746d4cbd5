/** The account, the rules of its books, rates, segments, keys, and the releases of emission factors in use. */

import { Link } from '@tanstack/react-router';
import { useAccount, useInventory } from '../api/queries.ts';
import { Empty, PageHead, Section, Shown } from '../components/Page.tsx';
import { instant } from '../format/dates.ts';
import { t } from '../texts.ts';
import { InventoryTable } from './carbon/InventoryTable.tsx';
import { BookSettings } from './settings/BookSettings.tsx';
import { Keys } from './settings/Keys.tsx';
import { Rates } from './settings/Rates.tsx';
import { SavedSegments } from './settings/SavedSegments.tsx';

export function Settings() {
  return (
    <>
      <PageHead title={t.settings.title}>
        <Link to="/sources">{t.sources.title}</Link>
        <Link to="/carbon/what-if">{t.whatIf.methodologies}</Link>
      </PageHead>
      <Account />
      <BookSettings />
      <Rates />
      <SavedSegments />
      <Keys />
      <Releases />
    </>
  );
}

function Account() {
  const account = useAccount();
  return (
    <Section title={t.settings.account}>
      <Shown of={account} height={120}>
        {({ account: own }) => (
          <dl className="facts">
            {[
              [t.settings.name, own.name],
              [t.settings.slug, own.slug],
              [t.settings.currency, own.currency],
              [t.settings.timeZone, own.time_zone],
              [t.settings.created, instant(own.created_at)],
            ].map(([label, value]) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        )}
      </Shown>
    </Section>
  );
}

function Releases() {
  const inventory = useInventory({ gwp: 'AR5', group_by: 'release' });
  return (
    <Section title={t.settings.releases} note={t.settings.releasesNote}>
      <Shown of={inventory} height={120}>
        {(data) =>
          data.rows.length === 0 ? <Empty title={t.settings.noReleases} /> : <InventoryTable inventory={data} />
        }
      </Shown>
    </Section>
  );
}
