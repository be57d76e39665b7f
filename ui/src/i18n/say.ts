/**
 * Codes into sentences. Everything the core and the commands tell is a code with fields; here, and
 * only here, it is looked up in the message m.
 */
import type { CallError, Finding, Message } from '@/ipc';
import { bytes, when } from './format';
import { locale } from './locale';
import { type Fields, m, words } from './messages';

/** Fields that come as plain bytes or as a time, and are shown as people read them. */
const BYTES = ['free', 'needed', 'missing', 'file_bytes', 'most_bytes'];
const TIMES = ['at'];

function readable(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (BYTES.includes(name) && /^\d+$/.test(String(value))) return [name, bytes(Number(value))];
      return [name, TIMES.includes(name) ? when(String(value)) : value];
    }),
  );
}

/** Words for a closed set of values such as `operation_<value>`; the value itself when unknown. */
export function label(prefix: string, value: string, fields?: Fields): string {
  return words(`${prefix}_${value}`, fields) ?? value;
}

/** Words at the beginning of a line: the catalogue writes what also stands inside a sentence small. */
export function begun(text: string): string {
  return text.charAt(0).toLocaleUpperCase(locale()) + text.slice(1);
}

/** What begins in the middle of a sentence, as one that stands between others. */
export function whole(text: string): string {
  const sentence = begun(text);
  return /[.!?…。！？]$/.test(sentence) ? sentence : m.full_stop({ text: sentence });
}

/** Sentences one after the other, as the language joins them. */
export function sentences(...told: (string | false | null | undefined)[]): string {
  const said = told.filter((one) => typeof one === 'string' && one !== '') as string[];
  return said.reduce((first, second) => (first ? m.two_sentences({ first, second }) : second), '');
}

/** A sentence that depends on a number: `<key>_one` or `<key>_other`, by the language's own rule. */
export function counted(key: string, count: number, fields: Fields = {}): string {
  const form = new Intl.PluralRules(locale()).select(count) === 'one' ? 'one' : 'other';
  const shown = { count: new Intl.NumberFormat(locale()).format(count), ...fields };
  return words(`${key}_${form}`, shown) ?? `${key} ${shown.count}`;
}

/** A key of a document as the form calls it; one without a control keeps its own spelling. */
export function fieldName(key: string): string {
  return (
    words(`field_${snake(key)}`) ??
    key
      .split('.')
      .map((part) => words(`field_${snake(part)}`) ?? part)
      .join(' · ')
  );
}

function snake(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replaceAll('.', '_');
}

/**
 * The form of a code for one (`<code>_one`), where its `count` is one, or with what somebody else `said` of it
 * (`<code>_said`), where the catalogue has that form.
 */
function form(code: string, { count, said }: Fields): string {
  const isOne =
    count !== undefined && new Intl.PluralRules(locale()).select(Number(count)) === 'one';
  if (isOne && words(`${code}_one`) !== undefined) return `${code}_one`;
  return said !== undefined && words(`${code}_said`) !== undefined ? `${code}_said` : code;
}

/** One message as a sentence, with its place before it and why behind. */
export function say(message: Message): string {
  const fields = readable((message.fields ?? {}) as Fields);
  const known =
    words(form(message.code, fields), fields) ?? m.message_unknown({ code: message.code });
  const sentence = inExpression(fields, known);
  const place = message.place;
  const placed = place
    ? m.message_at({ line: place.line, column: place.column, message: sentence })
    : sentence;
  return withReason(placed, message.because);
}

/**
 * A finding in words, its field called as the form does. Its place is left to the text view. A code that is also
 * told of runs and errors may have words of its own here.
 */
export function sayFinding({ code, fields }: Finding): string {
  const named = fields?.field ? { ...fields, field: fieldName(fields.field) } : fields;
  const own = `finding_${code}`;
  const isOwn = words(own, named) !== undefined;
  return begun(say({ code: isOwn ? own : code, fields: named, place: null }));
}

function withReason(text: string, because: Message | null | undefined): string {
  return because ? m.labelled({ label: text, text: say(because) }) : text;
}

/** What is wrong with an expression, with the part it stands in and itself before it. */
function inExpression(fields: Fields, text: string): string {
  const { where, expression } = fields;
  if (where === undefined || expression === undefined) return text;
  return m.labelled({ label: `${where} ${expression}`, text });
}

/** The sentence of an error; one that the catalogue does not know is told with its code. */
export function sayError(error: CallError): string {
  const fields = readable(error.fields);
  // What was cancelled and left to itself has perhaps changed something.
  const isLeft = error.code === 'cancelled' && error.hints.length > 0;
  const own = isLeft ? 'error_cancelled_left' : `error_${error.code}`;
  const known = words(own, fields) ?? words(error.code, fields);
  if (known === undefined) return m.error_unknown({ code: error.code });
  const sentence = withReason(known, error.because);
  const { line, column } = error.fields;
  return line && column ? m.message_at({ line, column, message: sentence }) : sentence;
}

/** Next steps that are taken on the command line: in the window they lead nowhere. */
const COMMAND_LINE = new Set([
  'list_first',
  'bring_snapshot_key_in',
  'force_or_other_name',
  'name_data_dir',
  'show_run',
  'show_or_resume_run',
  'choose_backup_folder',
  'name_backup',
  'see_help',
  'give_input',
  'trust_it',
  'trust_restored',
  'trust_resumed',
  'retry_as_it_was',
  'delete_imported_runs',
  'move_snapshots',
  'decide_configuration_here',
  'choose_copy_here',
  'begin_file_anew_here',
  'wait_or_cancel_run',
  'validate_it',
  'read_snapshots_by_hand',
  'name_clean_up_rule',
  'name_root',
  'look_at_session',
  'use_definition',
  'session_roots',
  'session_ids',
  'store_elsewhere',
  'store_of_copy',
  'link_session',
  'relink_root',
  'name_archive_rule',
  'source_fallen',
  'move_waiting',
  'adopt_folder',
  'add_source',
  'name_folder_path',
  'continue_anyway',
]);

/** The next steps an error names, as far as the window has them. */
export function sayHints(error: CallError): string[] {
  const steps = error.hints.filter((hint) => !COMMAND_LINE.has(hint));
  return steps.flatMap((hint) => words(`hint_${hint}`, error.fields) ?? []);
}
