import { ErrorNotice, Folded, Notice } from '@/components';
import { begun, m, say, visible } from '@/i18n';
import type { Message, SourceTested } from '@/ipc';
import type { Test } from '../useTest';
import { productOf } from './sourceState';

interface Props {
  /** What was asked. */
  kind: string;
  test: Test<SourceTested>;
}

/** What came of asking: what it is, or what is wrong in a sentence, with the rest folded below. */
export function TestAnswer({ kind, test }: Props) {
  if (test.status === 'none') return null;
  if (test.status === 'asking') {
    return (
      <Notice tone="run" icon="clock" data-testid="test-asking">
        {m.connection_asking()}
      </Notice>
    );
  }
  if (test.status === 'failed') {
    // What is wrong with a field stands there.
    return test.error.fields.field ? null : <ErrorNotice error={test.error} />;
  }
  const { ok, version, error } = test.tested;
  if (ok || !error) {
    return (
      <Notice tone="ok" icon="check" data-testid="test-ok">
        {m.connection_answers({ version: productOf(kind, version ?? '') })}
      </Notice>
    );
  }
  return (
    <Notice tone="fail" icon="cross" data-testid="test-failed">
      <p>{begun(say(error))}</p>
      <Folded summary={m.error_details()}>
        <code data-selectable>{rawOf(error)}</code>
      </Folded>
    </Notice>
  );
}

/** A message as those who look after the server want it: its code and what it names. */
function rawOf(error: Message): string {
  const fields = Object.entries(error.fields ?? {}).map(([name, value]) => `${name}: ${value}`);
  const because = error.because ? [rawOf(error.because)] : [];
  return [error.code, ...fields, ...because].map(visible).join('\n');
}
