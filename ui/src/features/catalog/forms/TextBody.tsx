import { CodeView } from '@/components/CodeView';
import { useDraft } from '../draft/DraftContext';
import type { Path } from '../draft/edits';
import { asText, useTyped } from './scope';

interface Props {
  path: Path;
  label: string;
  language: 'markdown' | 'json' | 'yaml';
}

/** A long text of a document in the text editor. */
export function TextBody({ path, label, language }: Props) {
  const draft = useDraft();
  return (
    <CodeView
      label={label}
      language={language}
      face="prose"
      value={asText(useTyped(draft, path))}
      onChange={(text) => draft.type(path, text)}
    />
  );
}
