import { cleanup, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { CodeView } from '@/components/CodeView';
import { m } from '@/i18n';
import type { Draft } from '@/ipc';
import { DraftContext } from './draft/DraftContext';
import { DocumentDraft } from './draft/draft';
import { set } from './draft/edits';
import { TextTab } from './TextTab';

const name = { name: m.document_text() };

afterEach(cleanup);

it('gives the text to be typed in only with what the form changed', async () => {
  const validation = { errors: [], warnings: [] };
  const base = { text: '{"name":"a"}', view: { name: 'a' }, spelled: {}, validation };
  let answer: (draft: Draft) => void = () => undefined;
  const draft = new DocumentDraft(
    { ...base, format: 'json', revision: 1 },
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  draft.edit([set(['name'], 'from the form')], '/name');
  render(
    <DraftContext value={{ kind: 'workflow', draft }}>
      <TextTab draft={draft} />
      <CodeView label="another editor" language="json" value="" />
    </DraftContext>,
  );
  await screen.findByRole('textbox', { name: 'another editor' });
  expect(screen.queryByRole('textbox', name)).toBeNull();

  const text = '{"name":"from the form"}';
  answer({ ...base, text, view: { name: 'from the form' }, broken: null });
  const editor = await screen.findByRole('textbox', name);
  await waitFor(() => expect(editor.textContent).toContain('from the form'));
});
