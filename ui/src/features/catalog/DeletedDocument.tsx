import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { invalidate } from '@/app/queries';
import { Button, Card, Notice, Page } from '@/components';
import { CodeView } from '@/components/CodeView';
import { label, m, visible, when } from '@/i18n';
import type { DocumentShow } from '@/ipc';
import { tellFailure } from '../command';
import { listLink } from './kinds';
import { callDocument } from './queries';

/** A document that was deleted, as a run or Activity leads to it: to be read and brought back. */
export function DeletedDocument({ show: { row, text } }: { show: DocumentShow }) {
  const client = useQueryClient();
  const [isBusy, setBusy] = useState(false);
  const { kind, id } = row;
  const bringBack = async () => {
    setBusy(true);
    try {
      await callDocument(kind, 'undelete', { id });
    } catch (thrown) {
      tellFailure(thrown);
    }
    invalidate(client, [kind, `${kind}:${id}`, 'operation']);
    setBusy(false);
  };
  return (
    <Page
      body="fill"
      crumb={
        <Link {...listLink(kind)}>
          {kind === 'workflow' ? m.nav_workflows() : label('kinds', kind)}
        </Link>
      }
      title={visible(row.name)}
      subtitle={m.revision_number({ number: row.revision })}
    >
      <Notice
        tone="warn"
        icon="trash"
        end={
          <Button
            look="primary"
            icon="undo"
            isDisabled={isBusy}
            onPress={() => void bringBack()}
            data-testid="undelete"
          >
            {m.bring_back()}
          </Button>
        }
        data-testid="document-deleted"
      >
        {m.document_deleted({ when: when(row.deleted_at ?? row.updated_at) })}
      </Notice>
      <Card fill="hold">
        <CodeView label={m.document_text()} language={row.format} value={text} />
      </Card>
    </Page>
  );
}
