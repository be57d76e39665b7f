import { Link } from '@tanstack/react-router';
import { lazy, memo, Suspense, useCallback, useEffect, useState } from 'react';
import { Button, Chip, IconButton, isPageCovered, Page, Segments } from '@/components';
import { counted, label, m, visible, when } from '@/i18n';
import type { DocumentShow } from '@/ipc';
import { openRunSheet } from '../runs/sheet/store';
import { WorkflowRuns } from '../runs/WorkflowRuns';
import { DocumentMenu } from './DocumentMenu';
import { DraftNotices } from './DraftNotices';
import { useDraft, useDraftState } from './draft/DraftContext';
import type { DocumentDraft } from './draft/draft';
import { isToldAsProblem } from './forms/Problems';
import { RoadmapForm } from './forms/RoadmapForm';
import { RuleForm } from './forms/RuleForm';
import { nameText } from './forms/scope';
import { TemplateForm } from './forms/TemplateForm';
import { WorkflowForm } from './forms/WorkflowForm';
import { type AddressTab, FORMATS, listLink } from './kinds';
import { Revisions } from './revisions/Revisions';
import { SaveButton } from './SaveButton';
import { SaveConflict } from './SaveConflict';
import { shapeWords } from './shape';
import { TableListNote } from './TableListNote';
import { TextTab } from './TextTab';
import { UseTemplate } from './UseTemplate';
import { useSave } from './useSave';

export type Tab = 'form' | AddressTab;

const Trend = lazy(async () => ({ default: (await import('../runs/trend/Trend')).Trend }));

interface Props {
  show: DocumentShow;
  draft: DocumentDraft;
  tab: Tab;
  at: string | undefined;
  /** The field of it that is looked for. */
  field: string | undefined;
  onTab: (tab: Tab) => void;
  onAt: (at: string) => void;
}

/** One document: its form, its text, its revisions, and how to keep what was changed. */
export function OpenDocument({ show, draft, tab, at, field, onTab, onAt }: Props) {
  const { row } = show;
  const state = useDraftState();
  const { view } = state;
  const { kind } = row;
  const save = useSave(row, draft);
  const name = nameText((view as { name?: unknown } | null)?.name) || visible(row.name);
  const [using, setUsing] = useState(false);
  const problems = state.broken ? 1 : state.validation.errors.filter(isToldAsProblem).length;
  const run = useCallback(() => openRunSheet({ workflow: row.id }), [row.id]);
  useEditorKeys(draft, { save: save.save, run: kind === 'workflow' ? run : undefined }, tab);
  return (
    <Page
      body="fill"
      crumb={
        <Link {...listLink(kind)}>
          {kind === 'workflow' ? m.nav_workflows() : label('kinds', kind)}
        </Link>
      }
      title={name}
      marks={
        <>
          {problems > 0 && (
            <Chip tone="warn" icon="warn">
              {counted('problems', problems)}
            </Chip>
          )}
          {row.contains_key && (
            <Chip tone="warn" icon="key" title={m.contains_key_hint()}>
              {m.contains_key()}
            </Chip>
          )}
          {row.example && <Chip>{m.example()}</Chip>}
          {state.isDirty && <Chip tone="run">{m.draft()}</Chip>}
        </>
      }
      subtitle={[
        shapeWords(row),
        m.revision_number({ number: row.revision }),
        m.changed_when({ when: when(row.updated_at) }),
      ]
        .filter(Boolean)
        .join(' · ')}
      end={
        <>
          <Segments
            label={m.view_choice()}
            value={tab}
            onChange={onTab}
            options={[
              { value: 'form', label: m.tab_form(), testid: 'tab-form' },
              { value: 'text', label: FORMATS[row.format].name, testid: 'tab-text' },
              { value: 'revisions', label: m.tab_revisions(), testid: 'tab-revisions' },
              ...(kind === 'workflow'
                ? [
                    { value: 'runs' as const, label: m.nav_runs(), testid: 'tab-runs' },
                    {
                      value: 'statistics' as const,
                      label: m.tab_statistics(),
                      testid: 'tab-statistics',
                    },
                  ]
                : []),
            ]}
          />
          <span style={{ display: 'flex' }}>
            <IconButton
              icon="undo"
              label={m.undo()}
              keys="Ctrl Z"
              isDisabled={!state.canUndo}
              onPress={() => draft.undo()}
              data-testid="draft-undo"
            />
            <IconButton
              icon="redo"
              label={m.redo()}
              keys="Ctrl Shift Z"
              isDisabled={!state.canRedo}
              onPress={() => draft.redo()}
              data-testid="draft-redo"
            />
            <DocumentMenu row={row} draft={draft} />
          </span>
          {kind === 'workflow' && (
            <Button icon="play" onPress={run} data-testid="run">
              {m.run_start_choose()}
            </Button>
          )}
          {kind === 'template' && (
            <Button icon="plus" onPress={() => setUsing(true)} data-testid="template-use">
              {m.template_use()}
            </Button>
          )}
          <SaveButton
            next={row.revision + 1}
            isDirty={state.isDirty}
            isSaving={save.isSaving}
            onSave={save.save}
          />
        </>
      }
    >
      <DraftNotices show={show} draft={draft} />
      {tab === 'form' && kind === 'workflow' && <TableListNote workflow={row.id} />}
      {tab === 'form' && <Form at={at} field={field} onAt={onAt} />}
      {tab === 'text' && <TextTab draft={draft} />}
      {tab === 'revisions' && <Revisions row={row} draft={draft} />}
      {tab === 'runs' && <WorkflowRuns workflow={row.id} />}
      {tab === 'statistics' && (
        <Suspense fallback={null}>
          <Trend workflow={row.id} />
        </Suspense>
      )}
      {using && <UseTemplate id={row.id} onClose={() => setUsing(false)} />}
      {save.conflict && (
        <SaveConflict row={row} draft={draft} onClose={save.forget} onKeepMine={save.keepMine} />
      )}
    </Page>
  );
}

/** The form of a kind. What the page says of saving and undoing does not draw it anew. */
const Form = memo(function Form({
  at,
  field,
  onAt,
}: {
  at: string | undefined;
  field: string | undefined;
  onAt: (at: string) => void;
}) {
  const { kind, view, broken } = useDraft();
  if (view === null || typeof view !== 'object') {
    return <p>{broken ? m.form_broken() : m.form_unreadable()}</p>;
  }
  if (kind === 'rule') return <RuleForm />;
  if (kind === 'template') return <TemplateForm />;
  if (kind === 'roadmap') return <RoadmapForm at={at} onAt={onAt} />;
  return <WorkflowForm at={at} field={field} onAt={onAt} />;
});

/** Ctrl S saves; Ctrl Enter runs; Ctrl Z and Ctrl Shift Z step through the draft, unless a text editor has its own. */
function useEditorKeys(
  draft: DocumentDraft,
  { save, run }: { save: () => void; run: (() => void) | undefined },
  tab: Tab,
): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || isPageCovered()) return;
      const inText = event.target instanceof Element && event.target.closest('.cm-editor') !== null;
      const key = event.key.toLowerCase();
      if (key === 's') save();
      else if (key === 'enter' && !inText && run) {
        run();
        event.stopPropagation();
      } else if (inText || tab === 'revisions') return;
      else if (key === 'z' && event.shiftKey) draft.redo();
      else if (key === 'z') draft.undo();
      else if (key === 'y') draft.redo();
      else return;
      event.preventDefault();
    };
    // A step of undo ends where one field is left for another.
    const onLeave = () => draft.endStep();
    // Before whatever has the cursor hears it: Ctrl Enter presses no button.
    window.addEventListener('keydown', onKeyDown, true);
    window.addEventListener('focusout', onLeave);
    return () => {
      window.removeEventListener('keydown', onKeyDown, true);
      window.removeEventListener('focusout', onLeave);
      draft.endStep();
    };
  }, [draft, save, run, tab]);
}
