import { useEffect, useState } from 'react';
import { Card } from '@/components';
import type { TextMark, TextPlace } from '@/components/CodeEditor';
import { CodeView } from '@/components/CodeView';
import { m, say } from '@/i18n';
import type { Finding } from '@/ipc';
import { useDraftState } from './draft/DraftContext';
import type { DocumentDraft } from './draft/draft';
import type { DraftState } from './draft/state';
import { Problems } from './forms/Problems';

/** The text itself. The form is another view of it: what is changed in one shows in the other. */
export function TextTab({ draft }: { draft: DocumentDraft }) {
  const state = useDraftState();
  const [shown, setShown] = useState<TextPlace>();
  const isSettled = useSettled(draft);
  return (
    <>
      <Card fill="hold">
        {isSettled && (
          <CodeView
            label={m.document_text()}
            language={draft.format}
            value={state.text}
            onChange={(text) => draft.replace(text)}
            marks={marksOf(state)}
            shown={shown}
          />
        )}
      </Card>
      <Problems
        onGo={({ place }) => place && setShown({ ...place })}
        canGo={({ place }) => Boolean(place)}
      />
    </>
  );
}

/** Whether everything the form changed is in the text: what is typed there takes the place of all of it. */
function useSettled(draft: DocumentDraft): boolean {
  const [settled, setSettled] = useState<DocumentDraft>();
  useEffect(() => {
    let isHere = true;
    void draft.settle().then(() => isHere && setSettled(draft));
    return () => {
      isHere = false;
    };
  }, [draft]);
  return settled === draft;
}

function marksOf({ broken, validation }: DraftState): TextMark[] {
  if (broken)
    return broken.place
      ? [{ tone: 'problem', text: say({ ...broken, place: null }), ...broken.place }]
      : [];
  const mark = (tone: TextMark['tone']) => (finding: Finding) =>
    finding.place ? [{ tone, text: say({ ...finding, place: null }), ...finding.place }] : [];
  return [
    ...validation.errors.flatMap(mark('problem')),
    ...validation.warnings.flatMap(mark('warning')),
  ];
}
