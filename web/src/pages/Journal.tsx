import { PageHead } from '../components/Page.tsx';

export function Journal() {
  return <PageHead title="Journal" />;
}
