/** All words of the window. */
export {
  briefly,
  bytes,
  dated,
  datedAmong,
  dateWith,
  day,
  elapsed,
  exactly,
  hour,
  moment,
  number,
  shortly,
  spoken,
  timeOfDay,
  together,
  took,
  weekdayName,
  when,
} from './format';
export { listed } from './listed';
export { chooseLocale, formatLocale, locale, setLocale, useLocale } from './locale';
export { type Locale, m, words } from './messages';
export {
  begun,
  counted,
  fieldName,
  label,
  say,
  sayError,
  sayFinding,
  sayHints,
  sentences,
  whole,
} from './say';
export { visible, visibleLines, visibleText } from './visible';
