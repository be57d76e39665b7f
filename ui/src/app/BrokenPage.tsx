import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Button, Notice, Page } from '@/components';
import { m } from '@/i18n';
import { shell } from '@/ipc';

/** A page that could not be drawn: the rest of the window goes on. */
export function BrokenPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  // It goes with the diagnostics; where the log cannot be reached, the page still says it.
  useEffect(() => void shell.page_fault({ text: told(error) }).catch(() => undefined), [error]);
  return (
    <Page title={m.page_broken()}>
      <Notice
        tone="fail"
        icon="warn"
        end={
          <>
            <Button onPress={() => router.history.back()}>{m.back()}</Button>
            <Button onPress={reset}>{m.try_again()}</Button>
          </>
        }
      >
        <p>{m.page_broken_words()}</p>
        <details>
          <summary>{m.error_details()}</summary>
          <code data-selectable>{told(error)}</code>
        </details>
      </Notice>
    </Page>
  );
}

/** What went wrong, before where: not every engine's stack begins with the message. */
function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, stack = '' } = error;
  return stack.includes(message) ? stack : `${message}\n${stack}`;
}
