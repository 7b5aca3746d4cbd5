import { PageHead } from '../components/Page.tsx';

export function Records() {
  return <PageHead title="Records" />;
}
