import { useSearch } from '@tanstack/react-router';
import { m } from '@/i18n';
import { DocumentsPage } from './DocumentsPage';

/** All workflows. */
export function WorkflowsPage() {
  const search = useSearch({ from: '/workflows' });
  return <DocumentsPage kind="workflow" title={m.nav_workflows()} search={search} />;
}
