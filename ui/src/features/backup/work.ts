import { LongWork } from '../longWork';

/** The backup that is being made, if one is. */
export const backupWork = new LongWork('db_backup');
/** The backup that is being read back, if one is. */
export const verifyWork = new LongWork('db_verify');
