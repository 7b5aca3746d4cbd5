import { PageHead } from '../components/Page.tsx';

export function JournalEntry() {
  return <PageHead title="JournalEntry" />;
}
