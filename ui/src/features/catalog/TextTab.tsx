import { Card } from '@/components';
import type { TextMark } from '@/components/CodeEditor';
import { CodeView } from '@/components/CodeView';
import { m, say } from '@/i18n';
import type { Finding } from '@/ipc';
import { sayFinding, useDraft } from './draft/DraftContext';
import type { DocumentDraft, DraftState } from './draft/draft';
import { Problems } from './forms/Problems';

/** The text itself. The form is another view of it: what is changed in one shows in the other. */
export function TextTab({ draft }: { draft: DocumentDraft }) {
  const { state } = useDraft();
  return (
    <>
      <Card fill="hold">
        <CodeView
          label={m.document_text()}
          language={draft.format}
          value={state.text}
          onChange={(text) => draft.replace(text)}
          marks={marksOf(state)}
        />
      </Card>
      <Problems onAt={() => undefined} />
    </>
  );
}

function marksOf({ broken, validation }: DraftState): TextMark[] {
  if (broken)
    return broken.place
      ? [{ tone: 'problem', text: say({ ...broken, place: null }), ...broken.place }]
      : [];
  const mark = (tone: TextMark['tone']) => (finding: Finding) =>
    finding.place ? [{ tone, text: sayFinding(finding), ...finding.place }] : [];
  return [
    ...validation.errors.flatMap(mark('problem')),
    ...validation.warnings.flatMap(mark('warning')),
  ];
}
