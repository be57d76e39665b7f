/** What the form of a connection holds, and what of it is told to the commands. */
import type { Connection, Message, PickedPlace, SourceInput, SourceKind, SourceRow } from '@/ipc';
import type { Address } from './address';

/** The kinds in the order of the form, each with the port its servers have unless told. */
export const KINDS: Record<SourceKind, { port: string }> = {
  mysql: { port: '3306' },
  redis: { port: '6379' },
  elasticsearch: { port: '9200' },
  sqlite: { port: '' },
};

/** A file: one that was picked just now, or the path of the one that is kept. */
export type File = PickedPlace | string | null;

export interface Values {
  kind: SourceKind | null;
  name: string;
  file: File;
  host: string;
  port: string;
  database: string;
  user: string;
  /** What the secret is: the password of a user, or a key that stands for itself. */
  login: 'password' | 'key';
  password: string;
  /** There shall be no password any more. */
  withoutPassword: boolean;
  /** `own`: vouched for by the authorities in `ca`. */
  tls: 'off' | 'on' | 'own';
  ca: File;
}

export function valuesOf(row: SourceRow | null): Values {
  const kept: Connection | undefined = row?.connection;
  const server = kept && kept.kind !== 'sqlite' ? kept : undefined;
  const isKey = server?.kind === 'elasticsearch' && row?.with_password && !server.user;
  return {
    kind: kept?.kind ?? null,
    name: row?.name ?? '',
    file: kept?.kind === 'sqlite' ? kept.path : null,
    host: server?.host ?? '',
    port: server ? String(server.port) : '',
    database: server?.database ?? '',
    user: server?.user ?? '',
    login: isKey ? 'key' : 'password',
    password: '',
    withoutPassword: false,
    tls: server?.ca ? 'own' : server?.tls ? 'on' : 'off',
    ca: server?.ca ?? null,
  };
}

/** The fields with what an address says. What it says nothing of stays. */
export function withAddress(values: Values, address: Address): Values {
  const { tls, port, user, password, ...rest } = address;
  return {
    ...values,
    ...rest,
    port: port || KINDS[address.kind].port,
    user: user || values.user,
    password: password || values.password,
    login: user ? 'password' : values.login,
    tls: tls === undefined ? values.tls : tls ? (values.tls === 'own' ? 'own' : 'on') : 'off',
  };
}

export type Field = 'name' | 'path' | 'host' | 'port' | 'database' | 'ca';

/** What has to be put right before a command can be asked, by field. */
export function problemsOf(values: Values): Partial<Record<Field, Message>> {
  const found: Partial<Record<Field, Message>> = {};
  const wrong = (field: Field, code: string) => {
    found[field] = { code };
  };
  if (values.name.trim() === '') wrong('name', 'connection_name_missing');
  if (values.kind === 'sqlite') {
    if (!values.file) wrong('path', 'connection_path_missing');
    return found;
  }
  if (values.host.trim() === '') wrong('host', 'connection_host_missing');
  if (!/^\d*$/.test(values.port.trim()) || Number(values.port) > 65_535)
    wrong('port', 'connection_port_wrong');
  if (values.tls === 'own' && !values.ca) wrong('ca', 'connection_ca_missing');
  return found;
}

function picked(file: File): { picked: string } | undefined {
  return file !== null && typeof file !== 'string' ? { picked: file.token } : undefined;
}

/**
 * Whether the password that is kept was given for another place than the one in the form: a server, port
 * or user, or one that is reached in the open where it was not.
 */
export function isOtherServer(values: Values, row: SourceRow | null): boolean {
  const kept = row?.connection;
  if (!kept || kept.kind === 'sqlite') return false;
  const { type, host, port, user, tls } = inputOf(values);
  return (
    kept.kind !== type ||
    kept.host.toLowerCase() !== host?.toLowerCase() ||
    kept.port !== port ||
    (kept.user ?? '') !== (user ?? '') ||
    (kept.tls && !tls)
  );
}

/** What the commands are told: all that the form shows, so that nothing else stays. */
export function inputOf(values: Values): SourceInput {
  const kind = values.kind ?? 'sqlite';
  const name = values.name.trim();
  if (kind === 'sqlite') return { name, type: kind, path: picked(values.file) };
  const isKey = kind === 'elasticsearch' && values.login === 'key';
  const isOwn = values.tls === 'own';
  return {
    name,
    type: kind,
    host: values.host.trim(),
    port: Number(values.port.trim() || KINDS[kind].port),
    database: kind === 'elasticsearch' ? '' : values.database.trim(),
    user: isKey ? '' : values.user.trim(),
    tls: values.tls !== 'off',
    ca: isOwn ? picked(values.ca) : undefined,
    without_ca: !isOwn,
    password: values.withoutPassword ? undefined : values.password || undefined,
    without_password: values.withoutPassword,
  };
}
