/** How secrets are called. */

const OF_CONNECTIONS = 'connection/';

/** The connection whose password a secret is. */
export function connectionOf(secret: string): string | undefined {
  return secret.startsWith(OF_CONNECTIONS) ? secret.slice(OF_CONNECTIONS.length) : undefined;
}

/** Whether tasks can name it: letters, digits, `_` and `-`. */
export function isSecretName(name: string): boolean {
  return /^[\p{L}\p{N}_-]{1,200}$/u.test(name);
}
