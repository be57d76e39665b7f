import { useState } from 'react';
import { Menu, toast } from '@/components';
import { counted, locale, m } from '@/i18n';
import { call, type ListFormat, shell } from '@/ipc';
import { tellFailure } from '../command';
import type { RunQuestion } from './queries';

const FORMATS: readonly { format: ListFormat; label: () => string }[] = [
  { format: 'xlsx', label: m.run_list_as_xlsx },
  { format: 'csv', label: m.run_list_as_csv },
];

/** The runs that fit, as a file for a spreadsheet. */
export function ListExport({ question }: { question: RunQuestion }) {
  const [isWriting, setWriting] = useState(false);
  const write = async (format: ListFormat) => {
    try {
      const to = await shell.pick_save({
        title: m.run_list_export_title(),
        name: `${m.run_list_file()}.${format}`,
      });
      if (!to) return;
      setWriting(true);
      const done = await call('run_list_export', {
        runs: question,
        format,
        language: locale(),
        to: { picked: to.token },
      });
      toast({
        text: m.run_list_exported({ runs: counted('n_runs', done.rows), place: to.label }),
      });
    } catch (thrown) {
      tellFailure(thrown);
    } finally {
      setWriting(false);
    }
  };
  return (
    <Menu
      label={m.more()}
      entries={FORMATS.map(({ format, label }) => ({
        id: format,
        label: label(),
        icon: 'export',
        isDisabled: isWriting,
        run: () => void write(format),
      }))}
      data-testid="runs-export"
    />
  );
}
