import { expect, it } from 'vitest';
import type { PlanItem } from '@/ipc';
import { itemWords, yoursWords } from './words';

const item = { kind: 'workflow', name: 'dev', stages: 2, tasks: 0, milestones: 0 } as PlanItem;

it('says what yours is called only where that is something else', () => {
  const renamed = { ...item, name_here: 'Nightly close' };
  expect(yoursWords(renamed)).toBe('yours: Nightly close');
  expect(itemWords(renamed)).toBe('Workflow “dev” · yours: Nightly close · 2 stages');
  expect(yoursWords({ ...item, name_here: null })).toBe('');
  expect(itemWords({ ...item, name_here: null })).toBe('Workflow “dev” · 2 stages');
});
