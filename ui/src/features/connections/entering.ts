import { m } from '@/i18n';
import type { LockedSecret } from '@/ipc';

type Awaited = Pick<LockedSecret, 'secret' | 'connection'>;

/** Where a secret is entered: at its connection, else in the list of secrets. */
export const entering = ({ secret, connection }: Awaited) =>
  connection === undefined ? { tab: 'secrets' as const, enter: secret } : { enter: connection };

/** What the button says that leads there. */
export const enterWords = ({ connection }: Awaited) =>
  connection === undefined ? m.secret_enter_it() : m.connection_enter_password();
