import { Link, useNavigate } from '@tanstack/react-router';
import { Button, Card, Icon, Lead, Row, toast } from '@/components';
import { counted, m } from '@/i18n';
import { documentLink } from '../catalog/kinds';
import { tellFailure, useCommand } from '../command';
import { pickForImport } from '../import/store';
import styles from './OverviewPage.module.css';

/** The document of the example to look at first: it can be run, and asks somebody. */
const FIRST = 'example-month-end';

const TOUCHED = ['workflow', 'roadmap', 'rule', 'template', 'operation', 'example', 'settings'];

/** At the first start: something to play with, or one's own files. */
export function ExampleOffer() {
  const add = useCommand('example_add', TOUCHED);
  const decline = useCommand('settings_update', ['settings']);
  const navigate = useNavigate();
  const open = () => void navigate(documentLink('workflow', FIRST));
  const offer = () =>
    toast({
      text: m.example_added(),
      action: { label: m.example_open(), run: open, testid: 'example-open' },
    });
  return (
    <Card data-testid="example-offer">
      <Lead icon="box" tone="run" sentence={m.welcome_title()} detail={m.welcome_words()}>
        <Button
          look="quiet"
          onPress={() => decline.mutate({ example_declined: true })}
          data-testid="example-decline"
        >
          {m.no_thanks()}
        </Button>
        <Button icon="import" onPress={() => void pickForImport()} data-testid="import">
          {m.import_files()}
        </Button>
        <Button
          look="primary"
          isDisabled={add.isPending}
          onPress={() => add.mutate({}, { onSuccess: offer, onError: tellFailure })}
          data-testid="example-add"
        >
          {m.example_add()}
        </Button>
      </Lead>
    </Card>
  );
}

/** While the example is there: that it does not count, and how it goes. */
export function ExampleNote({ count }: { count: number }) {
  const remove = useCommand('example_remove', TOUCHED);
  const go = () =>
    remove.mutate(
      {},
      { onSuccess: () => toast({ text: m.example_removed() }), onError: tellFailure },
    );
  return (
    <Row
      start={<Icon name="box" />}
      detail={m.example_note()}
      end={
        <Button onPress={go} isDisabled={remove.isPending} data-testid="example-remove">
          {m.example_remove()}
        </Button>
      }
    >
      <Link to="/workflows" className={styles.plain}>
        {counted('example_count', count)}
      </Link>
    </Row>
  );
}
