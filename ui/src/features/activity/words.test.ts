import { expect, it } from 'vitest';
import type { OperationRow } from '@/ipc';
import { operationSentence } from './words';

const set = { operation: 'secret_set', count: 0, undone: null } as OperationRow;

it('calls the password of a connection what it is, and a secret by its name', () => {
  const subject = { code: 'secret_of_connection', fields: { name: 'shop' } };
  const ofConnection = { ...set, subject_name: 'connection/shop', subject };
  expect(operationSentence(ofConnection)).toBe('Set: Password of “shop”');
  expect(operationSentence({ ...set, subject_name: 'API' })).toBe('Set the secret “API”');
});
