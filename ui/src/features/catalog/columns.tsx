import { Button, Chip, type Column, Icon, Time } from '@/components';
import { counted, m, visible } from '@/i18n';
import type { DocumentRow, Kind } from '@/ipc';
import styles from './DocumentsPage.module.css';
import { FORMATS, KINDS } from './kinds';
import { shapeWords } from './shape';
import type { DocumentActions } from './useDocumentActions';

/** What a list of documents tells of each. */
export function documentColumns(
  kind: Kind,
  deleted: boolean,
  actions: DocumentActions,
): Column<DocumentRow>[] {
  const name: Column<DocumentRow> = {
    key: 'name',
    title: m.column_name(),
    width: 'minmax(0, 2.2fr)',
    cell: (row) => (
      <span className={styles.name}>
        <Icon name={KINDS[kind].icon} />
        <b title={visible(row.name)}>{visible(row.name)}</b>
        {row.example && <Chip>{m.example()}</Chip>}
        {row.problems > 0 && (
          <Chip tone="warn" icon="warn">
            {counted('problems', row.problems)}
          </Chip>
        )}
        {row.contains_key && (
          <Chip tone="warn" icon="key" title={m.contains_key_hint()}>
            {m.contains_key()}
          </Chip>
        )}
      </span>
    ),
  };
  const about: Column<DocumentRow> =
    kind === 'workflow' || kind === 'roadmap'
      ? {
          key: 'shape',
          title: m.column_content(),
          width: 'minmax(130px, 1fr)',
          place: 'spare',
          cell: (row) => <span className={styles.quiet}>{shapeWords(row)}</span>,
        }
      : {
          key: 'description',
          title: m.field_description(),
          width: 'minmax(0, 2fr)',
          place: 'spare',
          cell: (row) => (
            <span className={styles.quiet} title={row.description ?? undefined}>
              {row.description}
            </span>
          ),
        };
  // Rules have no type of their own; which format they are in tells them apart.
  const type: Column<DocumentRow> = {
    key: 'type',
    title: kind === 'rule' ? m.field_format() : m.column_type(),
    width: 'minmax(0, 0.8fr)',
    // Others than workflows seldom have one.
    place: kind === 'workflow' ? 'spare' : 'roomy',
    cell: (row) => (
      <span className={styles.quiet}>
        {kind === 'rule' ? FORMATS[row.format].name : row.doc_type}
      </span>
    ),
  };
  if (deleted) {
    return [
      name,
      {
        key: 'deleted',
        title: m.column_deleted(),
        width: '170px',
        cell: (row) =>
          row.deleted_at && (
            <span className={styles.time}>
              <Time at={row.deleted_at} />
            </span>
          ),
      },
      {
        key: 'back',
        title: '',
        width: '140px',
        align: 'end',
        cell: (row) => (
          <Button
            look="quiet"
            onPress={() => void actions.bringBack([row.id])}
            data-testid={`undelete-${row.id}`}
          >
            {m.bring_back()}
          </Button>
        ),
      },
    ];
  }
  return [
    name,
    about,
    type,
    {
      key: 'updated',
      title: m.column_updated(),
      width: '140px',
      align: 'end',
      cell: (row) => (
        <span className={styles.time}>
          <Time at={row.updated_at} />
        </span>
      ),
    },
  ];
}
