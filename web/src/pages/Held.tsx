import { PageHead } from '../components/Page.tsx';

export function Held() {
  return <PageHead title="Held" />;
}
