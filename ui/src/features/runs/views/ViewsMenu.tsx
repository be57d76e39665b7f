import { useState } from 'react';
import { Menu, type MenuEntry, toast } from '@/components';
import { m, visible } from '@/i18n';
import type { RunView } from '@/ipc';
import { tellFailure } from '../../command';
import { ChooseColumns } from './ChooseColumns';
import { SaveView } from './SaveView';
import { useViews } from './useViews';
import { kept, putBack, searchOf, withoutView, withView } from './views';

interface Props {
  search: object & { saved?: string };
  onSearch: (search: Record<string, unknown>) => void;
  /** Whether columns are shown. */
  isList: boolean;
}

/** The kept ways to look at the runs: to open one, to keep this one, to take one away. */
export function ViewsMenu({ search, onSearch, isList }: Props) {
  const { views: known, columns, change, setColumns } = useViews();
  const views = known ?? [];
  const [asked, setAsked] = useState<'name' | 'columns' | null>(null);
  const open = views.find(({ name }) => name === search.saved);
  const isChanged = open !== undefined && open.search !== kept(search);
  const keep = (name: string) => {
    const view = { name, search: kept(search) };
    change.mutate((views) => withView(views, view), {
      onSuccess: () => {
        setAsked(null);
        onSearch(searchOf(view));
        toast({ text: m.view_saved({ name: visible(name) }) });
      },
    });
  };
  const remove = (view: RunView) => {
    const { name } = view;
    const place = views.indexOf(view);
    change.mutate((views) => withoutView(views, name), {
      onError: tellFailure,
      onSuccess: () => {
        onSearch({ ...search, saved: undefined });
        toast({
          text: m.view_deleted({ name: visible(name) }),
          action: {
            label: m.undo(),
            run: () =>
              change.mutate((views) => putBack(views, view, place), { onError: tellFailure }),
            testid: 'undo',
          },
        });
      },
    });
  };
  const entries: (MenuEntry | null)[] = [
    ...views.map(
      (view): MenuEntry => ({
        id: `view-${view.name}`,
        label: visible(view.name),
        icon: view === open ? 'check' : undefined,
        run: () => onSearch(searchOf(view)),
      }),
    ),
    ...(views.length > 0 ? [null] : []),
    ...(open && isChanged
      ? [
          {
            id: 'view-keep',
            label: m.view_save_changes({ name: visible(open.name) }),
            run: () => keep(open.name),
          },
        ]
      : []),
    ...(known
      ? [
          {
            id: 'view-save-as',
            label: m.view_save_as(),
            icon: 'plus' as const,
            run: () => setAsked('name'),
          },
        ]
      : []),
    ...(open
      ? [
          {
            id: 'view-delete',
            label: m.view_delete({ name: visible(open.name) }),
            icon: 'trash' as const,
            run: () => remove(open),
          },
        ]
      : []),
    ...(isList && known
      ? [
          null,
          {
            id: 'columns',
            label: m.view_columns(),
            icon: 'table' as const,
            run: () => setAsked('columns'),
          },
        ]
      : []),
  ];
  return (
    <>
      <Menu label={m.view_menu()} words={m.views()} entries={entries} data-testid="run-views" />
      {asked === 'name' && (
        <SaveView
          taken={views.map(({ name }) => name)}
          error={change.error}
          onSave={keep}
          onClose={() => setAsked(null)}
        />
      )}
      {asked === 'columns' && (
        <ChooseColumns columns={columns} onColumns={setColumns} onClose={() => setAsked(null)} />
      )}
    </>
  );
}
