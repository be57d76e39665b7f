import { type Note, Segments, TextField, Tick } from '@/components';
import { m } from '@/i18n';
import type { SourceKind, SourceRow } from '@/ipc';
import styles from './ConnectionDialog.module.css';
import { type Field, isOtherServer, KINDS, type Values } from './connectionForm';
import { FileField } from './FileField';

interface Props {
  values: Values;
  /** What was changed. The rest stays as it is by then: a file is chosen while other fields may change. */
  onChange: (part: Partial<Values>) => void;
  problem: (field: Field) => readonly Note[] | undefined;
  /** The connection as it is; `null` for a new one. */
  kept: SourceRow | null;
}

/** What tasks call it. It stays: tasks name it. */
function Name({ values, onChange, problem, kept }: Props) {
  return (
    <TextField
      label={m.connection_name()}
      value={values.name}
      onChange={(name) => onChange({ name })}
      isDisabled={kept !== null}
      hint={kept ? m.connection_name_stays() : m.connection_name_hint()}
      notes={problem('name')}
      placeholder="shop"
      maxLength={100}
      data-testid="connection-name"
    />
  );
}

/** A SQLite file. */
export function FileFields(props: Props) {
  const { values, onChange, problem } = props;
  return (
    <>
      <Name {...props} />
      <FileField
        label={m.connection_file()}
        title={m.connection_file_pick()}
        hint={m.connection_file_hint()}
        value={values.file}
        onChange={(file) => onChange({ file })}
        notes={problem('path')}
        data-testid="connection-file"
      />
    </>
  );
}

/** A server, who logs in there, and whether what is said is encrypted. */
export function ServerFields({ kind, ...props }: Props & { kind: SourceKind }) {
  const { values, onChange, problem } = props;
  return (
    <>
      <Name {...props} />
      <div className={styles.server}>
        <TextField
          label={m.connection_host()}
          value={values.host}
          onChange={(host) => onChange({ host })}
          notes={problem('host')}
          placeholder="db.example.com"
          data-testid="connection-host"
        />
        <TextField
          label={m.connection_port()}
          value={values.port}
          onChange={(port) => onChange({ port })}
          notes={problem('port')}
          placeholder={KINDS[kind].port}
          inputMode="numeric"
          maxLength={5}
          data-testid="connection-port"
        />
      </div>
      {kind !== 'elasticsearch' && (
        <TextField
          label={kind === 'redis' ? m.connection_database_of_redis() : m.connection_database()}
          value={values.database}
          onChange={(database) => onChange({ database })}
          notes={problem('database')}
          placeholder={kind === 'redis' ? '0' : 'shop'}
          data-testid="connection-database"
        />
      )}
      {kind === 'elasticsearch' && (
        <Segments
          label={m.connection_login()}
          labelling="shown"
          value={values.login}
          onChange={(login) => onChange({ login })}
          options={[
            { value: 'password', label: m.connection_login_password(), testid: 'login-password' },
            { value: 'key', label: m.connection_login_key(), testid: 'login-key' },
          ]}
        />
      )}
      <div className={styles.login}>
        {values.login === 'password' && (
          <TextField
            label={m.connection_user()}
            value={values.user}
            onChange={(user) => onChange({ user })}
            data-testid="connection-user"
          />
        )}
        <Password {...props} />
      </div>
      <Encryption {...props} />
    </>
  );
}

/** The password goes in and never comes out: of one that is kept only that it is there is shown. */
function Password({ values, onChange, kept }: Props) {
  const isKept = kept?.with_password === true && !kept.waits;
  const isForAnother = isKept && isOtherServer(values, kept) && values.password === '';
  const isAwaited = kept?.with_password === true && kept.waits !== undefined;
  const notes: Note[] = [];
  if (!values.withoutPassword) {
    if (isForAnother) notes.push({ tone: 'warning', text: m.connection_password_of_another() });
    else if (isAwaited && values.password === '')
      notes.push({ tone: 'warning', text: m.connection_password_missing() });
  }
  return (
    <div className={styles.password}>
      <TextField
        label={values.login === 'key' ? m.connection_key() : m.connection_password()}
        face="secret"
        value={values.password}
        onChange={(password) => onChange({ password })}
        isDisabled={values.withoutPassword}
        notes={notes.length > 0 ? notes : undefined}
        hint={isKept ? m.connection_password_kept() : undefined}
        data-testid="connection-password"
      />
      {kept?.with_password && (
        <Tick
          state={values.withoutPassword}
          onChange={(withoutPassword) => onChange({ withoutPassword, password: '' })}
        >
          {m.connection_without_password()}
        </Tick>
      )}
    </div>
  );
}

function Encryption({ values, onChange, problem }: Props) {
  return (
    <>
      <Segments
        label={m.connection_tls()}
        labelling="shown"
        value={values.tls}
        onChange={(tls) => onChange({ tls })}
        options={[
          { value: 'off', label: m.connection_tls_off(), testid: 'tls-off' },
          { value: 'on', label: m.connection_tls_on(), testid: 'tls-on' },
          { value: 'own', label: m.connection_tls_own(), testid: 'tls-own' },
        ]}
      />
      {values.tls === 'own' && (
        <FileField
          label={m.connection_ca()}
          title={m.connection_ca_pick()}
          hint={m.connection_ca_hint()}
          value={values.ca}
          onChange={(ca) => onChange({ ca })}
          notes={problem('ca')}
          data-testid="connection-ca"
        />
      )}
    </>
  );
}
