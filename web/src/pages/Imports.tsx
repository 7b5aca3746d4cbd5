import { PageHead } from '../components/Page.tsx';

export function Imports() {
  return <PageHead title="Imports" />;
}
