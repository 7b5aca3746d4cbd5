import { PageHead } from '../components/Page.tsx';

export function ImportDetail() {
  return <PageHead title="ImportDetail" />;
}
