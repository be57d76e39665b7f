/** The address of a server as people copy it, taken apart for the fields of the form. */
import type { SourceKind } from '@/ipc';

export interface Address {
  kind: SourceKind;
  host: string;
  port: string;
  database: string;
  user: string;
  password: string;
  /** Absent where the address does not say. */
  tls?: boolean;
}

const SCHEMES: Record<string, { kind: SourceKind; port?: string; tls?: boolean }> = {
  'mysql:': { kind: 'mysql' },
  'mariadb:': { kind: 'mysql' },
  'redis:': { kind: 'redis' },
  'rediss:': { kind: 'redis', tls: true },
  'http:': { kind: 'elasticsearch', port: '80' },
  'https:': { kind: 'elasticsearch', port: '443', tls: true },
};

/**
 * The parts of an address; nothing for what is no whole one. A password with `/`, `?` or `#` in it
 * ends the server's part early, so that what follows would be shown as something else.
 */
export function addressOf(text: string): Address | undefined {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    return undefined;
  }
  const scheme = SCHEMES[url.protocol];
  const isMisplaced = url.hash !== '' || /[@]/.test(url.pathname + url.search);
  if (!scheme || url.hostname === '' || isMisplaced) return undefined;
  const tls = url.searchParams.get('tls');
  try {
    const read = decodeURIComponent;
    return {
      kind: scheme.kind,
      host: read(url.hostname).replace(/^\[|\]$/g, ''),
      port: url.port || (scheme.port ?? ''),
      database: read(url.pathname.replace(/^\/+|\/+$/g, '')),
      user: read(url.username),
      password: read(url.password),
      tls: tls === 'true' || tls === 'false' ? tls === 'true' : scheme.tls,
    };
  } catch {
    return undefined;
  }
}
