import { expect, it } from 'vitest';
import { sayError } from '@/i18n';
import { CallError } from '@/ipc';
import { namedError } from './named';

it('calls a task in an error as people do', () => {
  const error = new CallError({ code: 'run_unknown_task', fields: { task: 'send' } });
  const tasks = [{ id: 'send', name: 'Send the report' }];
  expect(sayError(error)).toContain('“send”');
  expect(sayError(namedError(error, { tasks }))).toContain('“Send the report”');
  expect(sayError(namedError(error, { tasks: [] }))).toContain('“send”');
});
