import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Segments } from '@/components';
import { label, m } from '@/i18n';
import { DocumentsPage } from './DocumentsPage';
import { isLibraryKind, LIBRARY } from './kinds';

/** Roadmaps, rules and templates, one kind at a time. */
export function LibraryPage() {
  const { kind } = useParams({ from: '/library/$kind' });
  const search = useSearch({ from: '/library/$kind' });
  const navigate = useNavigate();
  const shown = isLibraryKind(kind) ? kind : 'roadmap';
  return (
    <DocumentsPage
      key={shown}
      kind={shown}
      title={m.nav_library()}
      search={search}
      choice={
        <Segments
          label={m.nav_library()}
          value={shown}
          onChange={(next) => void navigate({ to: '/library/$kind', params: { kind: next } })}
          options={LIBRARY.map((value) => ({
            value,
            label: label('kinds', value),
            testid: `tab-${value}`,
          }))}
        />
      }
    />
  );
}
