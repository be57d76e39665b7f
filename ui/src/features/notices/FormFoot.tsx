import { Button, Spring } from '@/components';
import { m } from '@/i18n';

interface Props {
  isTrying: boolean;
  isSaving: boolean;
  onTest: () => void;
  onClose: () => void;
  onSave: () => void;
}

/** Try it, leave it, keep it. */
export function FormFoot({ isTrying, isSaving, onTest, onClose, onSave }: Props) {
  return (
    <>
      <Button isDisabled={isTrying} onPress={onTest} data-testid="notice-form-test">
        {isTrying ? m.notice_trying() : m.notice_try()}
      </Button>
      <Spring />
      <Button onPress={onClose}>{m.cancel()}</Button>
      <Button look="primary" isDisabled={isSaving} onPress={onSave} data-testid="notice-form-save">
        {m.notice_save()}
      </Button>
    </>
  );
}
