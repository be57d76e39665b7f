import { useQuery } from '@tanstack/react-query';
import { Button, Dialog, ErrorNotice, Spring, toast } from '@/components';
import { m } from '@/i18n';
import { call, shell } from '@/ipc';
import { tellFailure } from '../command';
import { diagnosticsQuery } from './queries';

/** What would be handed on, before it is written: all of it can be read here. */
export function DiagnosticsDialog({ onClose }: { onClose: () => void }) {
  const shown = useQuery(diagnosticsQuery());
  const save = async () => {
    try {
      const to = await shell.pick_save({
        title: m.diagnostics(),
        name: 'flowkeep-diagnostics.txt',
      });
      if (!to) return;
      await call('diagnostics_save', { to: { picked: to.token } });
      toast({ text: m.exported_to({ place: to.label }) });
      onClose();
    } catch (thrown) {
      tellFailure(thrown);
    }
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      size="wide"
      title={m.diagnostics()}
      subtitle={m.diagnostics_words()}
      data-testid="dialog-diagnostics"
      foot={
        <>
          <Spring />
          <Button onPress={onClose}>{m.cancel()}</Button>
          <Button
            look="primary"
            isDisabled={!shown.data}
            onPress={() => void save()}
            data-testid="diagnostics-save"
          >
            {m.diagnostics_save()}
          </Button>
        </>
      }
    >
      {shown.error && <ErrorNotice error={shown.error} />}
      {shown.data && (
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: long text is scrolled by the keyboard
          tabIndex={0}
          data-selectable
          style={{
            font: '12px/18px var(--mono)',
            whiteSpace: 'pre-wrap',
            overflowWrap: 'anywhere',
            background: 'var(--sunken)',
            borderRadius: 6,
            padding: 12,
            maxHeight: 380,
            overflow: 'auto',
          }}
        >
          {shown.data.text}
        </pre>
      )}
    </Dialog>
  );
}
