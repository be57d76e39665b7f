import type { CallError, RunAct } from '@/ipc';

/** What a refusal for want of trust says: everything exactly the refused text would do. */
export interface Untrusted {
  acts: readonly RunAct[];
  /** What that is known by; trust is given to it and to nothing else. */
  shown: string | undefined;
}

/** What has to be trusted; nothing where trust is not what a refusal lacks. */
export function untrustedOf(error: CallError | null): Untrusted | null {
  if (error?.code !== 'trust_required') return null;
  const acts = JSON.parse(error.fields.acts ?? '[]') as RunAct[];
  return acts.length === 0 ? null : { acts, shown: error.fields.hash };
}
