import { PageHead } from '../components/Page.tsx';

export function Settings() {
  return <PageHead title="Settings" />;
}
