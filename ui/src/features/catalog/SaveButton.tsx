import { Button } from '@/components';
import { m } from '@/i18n';
import styles from './SaveButton.module.css';

interface Props {
  /** The revision that saving makes. */
  next: number;
  isDirty: boolean;
  isSaving: boolean;
  onSave: () => void;
}

/** Save, or that all is saved. It is as wide as the longer of the two, so that nothing beside it jumps. */
export function SaveButton({ next, isDirty, isSaving, onSave }: Props) {
  const words = [
    { text: m.save_as_revision({ number: next }), isShown: isDirty },
    { text: m.saved(), isShown: !isDirty },
  ];
  return (
    <Button
      look={isDirty ? 'primary' : 'plain'}
      isDisabled={!isDirty || isSaving}
      onPress={onSave}
      data-testid="save"
    >
      <span className={styles.words}>
        {words.map(({ text, isShown }) => (
          <span key={text} data-shown={isShown || undefined} aria-hidden={!isShown}>
            {text}
          </span>
        ))}
      </span>
    </Button>
  );
}
