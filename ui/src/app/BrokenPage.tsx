import { type ErrorComponentProps, type ParsedLocation, useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Button, Notice, Page } from '@/components';
import { m, visible } from '@/i18n';
import { shell } from '@/ipc';

/** A page that could not be drawn: the rest of the window goes on. */
export function BrokenPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  // It goes with the diagnostics; where the log cannot be reached, the page still says it.
  useEffect(() => void shell.page_fault({ text: told(error) }).catch(() => undefined), [error]);
  const showText = async () => {
    await router.navigate({ to: router.state.location.pathname, search: { tab: 'text' } });
    reset();
  };
  return (
    <Page title={m.page_broken()}>
      <Notice
        tone="fail"
        icon="warn"
        end={
          <>
            <Button onPress={() => router.history.back()}>{m.back()}</Button>
            {hasText(router.state.location) && (
              <Button icon="file" onPress={() => void showText()} data-testid="show-text">
                {m.page_broken_text()}
              </Button>
            )}
            <Button onPress={reset}>{m.try_again()}</Button>
          </>
        }
      >
        <p>{m.page_broken_words()}</p>
        <p data-selectable>{visible(messageOf(error))}</p>
        <details>
          <summary>{m.error_details()}</summary>
          <code data-selectable>{told(error)}</code>
        </details>
      </Notice>
    </Page>
  );
}

/** Whether there is the text of a document to look at instead: its form alone is what broke. */
function hasText({ pathname, search }: ParsedLocation): boolean {
  const isDocument = /^\/(workflows|library\/[^/]+)\/[^/]+$/.test(pathname);
  return isDocument && (search as { tab?: unknown }).tab !== 'text';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What went wrong, before where: not every engine's stack begins with the message. */
function told(error: unknown): string {
  const message = messageOf(error);
  const stack = (error instanceof Error && error.stack) || '';
  return stack.includes(message) ? stack : `${message}\n${stack}`;
}
