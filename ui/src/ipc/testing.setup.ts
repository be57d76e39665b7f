/** Before every test file: no test reaches a shell, and every one speaks English. */
import { setLocale } from '@/i18n';
import { setTransport } from './index';
import { testTransport } from './testing';

setTransport(testTransport({}));
await setLocale('en');
