/** All words of the window. */
export { bytes, dated, exactly, moment, number, took, when } from './format';
export { listed } from './listed';
export { chooseLocale, formatLocale, type Locale, locale, setLocale, useLocale } from './locale';
export * as m from './paraglide/messages';
export { begun, counted, fieldName, label, say, sayError, sayHints, words } from './say';
export { visible, visibleLines, visibleText } from './visible';
