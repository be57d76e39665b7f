import { useState } from 'react';
import { Button, Choice, Dialog, Spring, TextArea } from '@/components';
import { m, visible } from '@/i18n';
import type { RunStep } from '@/ipc';

interface Props {
  /** The earlier tasks that the work can be sent back to. */
  steps: readonly RunStep[];
  isDisabled: boolean;
  onSend: (to: string, reason: string) => void;
}

/** Work that is not right yet: an earlier step and all that followed it are done again. */
export function SendBack({ steps, isDisabled, onSend }: Props) {
  const [isOpen, setOpen] = useState(false);
  const [to, setTo] = useState('');
  const [reason, setReason] = useState('');
  return (
    <>
      <Button
        icon="undo"
        isDisabled={isDisabled}
        onPress={() => {
          setTo(steps.at(-1)?.id ?? '');
          setOpen(true);
        }}
        data-testid="send-back"
      >
        {m.question_send_back()}
      </Button>
      {isOpen && (
        <Dialog
          title={m.question_send_back_title()}
          isOpen
          onClose={() => setOpen(false)}
          size="narrow"
          foot={
            <>
              <Spring />
              <Button onPress={() => setOpen(false)}>{m.cancel()}</Button>
              <Button
                look="primary"
                onPress={() => {
                  setOpen(false);
                  onSend(to, reason.trim());
                }}
                data-testid="send-back-confirm"
              >
                {m.question_send_back_yes()}
              </Button>
            </>
          }
        >
          <Choice
            label={m.question_send_back_to()}
            options={steps.map((step) => ({
              value: step.id,
              label: visible(step.name),
              detail: step.label && visible(step.label),
            }))}
            value={to}
            onChange={setTo}
            hint={m.question_send_back_hint()}
          />
          <TextArea
            label={m.question_send_back_reason()}
            hint={m.question_send_back_reason_hint()}
            rows={3}
            maxLength={2000}
            value={reason}
            onChange={setReason}
            data-testid="send-back-reason"
          />
        </Dialog>
      )}
    </>
  );
}
