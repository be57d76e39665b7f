import { useState } from 'react';
import { Button, Card, Row } from '@/components';
import { m, when } from '@/i18n';
import type { UnfinishedBackup } from '@/ipc';
import { tellFailure, useCommand } from '../command';

interface Props {
  items: readonly UnfinishedBackup[];
}

/** Backups that were broken off: what is left of them can go, or stay to be looked at. */
export function Unfinished({ items }: Props) {
  const remove = useCommand('db_unfinished_remove', ['backup', 'operation']);
  const [kept, setKept] = useState<readonly string[]>([]);
  const shown = items.filter((item) => !kept.includes(item.token));
  if (shown.length === 0) return null;
  return (
    <Card title={m.unfinished_title()} icon="cross" tone="fail" data-testid="unfinished">
      {shown.map((item) => (
        <Row
          key={item.token}
          detail={item.path}
          end={
            <>
              <Button look="quiet" onPress={() => setKept([...kept, item.token])}>
                {m.unfinished_keep()}
              </Button>
              <Button
                onPress={() => remove.mutate({ token: item.token }, { onError: tellFailure })}
                data-testid="unfinished-remove"
              >
                {m.unfinished_remove()}
              </Button>
            </>
          }
        >
          {item.started_at
            ? m.unfinished_at({ when: when(item.started_at) })
            : m.unfinished_words()}
        </Row>
      ))}
    </Card>
  );
}
