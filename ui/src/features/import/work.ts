import { LongWork } from '../longWork';

export const planWork = new LongWork('import_plan');
export const applyWork = new LongWork('import_apply');
