/** Before every test file: no test reaches a shell. */
import { setTransport } from './index';
import { testTransport } from './testing';

setTransport(testTransport({}));
