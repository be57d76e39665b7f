import { LongWork } from '../longWork';

export const restorePlanWork = new LongWork('db_restore_plan');
export const restoreWork = new LongWork('db_restore');
