import { Button, type Selection, Spring } from '@/components';
import { counted, m } from '@/i18n';
import type { RunChange } from '@/ipc';
import styles from './ChosenBar.module.css';
import { REST } from './chosen';

interface Props {
  selection: Selection;
  /** How many fit the list, once that is known; `more` where there are more than were counted. */
  fitting?: { total: number; more: boolean };
  /** There are runs that fit and are not loaded. */
  hasRest: boolean;
  onChooseAll: () => void;
  onClear: () => void;
  onChange: (change: RunChange) => void;
}

/** What can be done with the chosen runs; it comes and goes with the choice. */
export function ChosenBar({ selection, fitting, hasRest, ...props }: Props) {
  const isAll = selection.has(REST);
  return (
    <div className={styles.bar} role="toolbar" aria-label={m.selection_label()}>
      <span role="status" data-testid="runs-chosen">
        {isAll ? allOf(fitting) : counted('chosen', selection.size)}
      </span>
      {!isAll && hasRest && (
        <Button look="quiet" onPress={props.onChooseAll} data-testid="runs-choose-all">
          {m.runs_choose_all()}
        </Button>
      )}
      <Button look="quiet" onPress={props.onClear} data-testid="runs-clear">
        {m.clear_selection()}
      </Button>
      <Spring />
      <Button icon="undo" onPress={() => props.onChange('retry')} data-testid="runs-retry">
        {m.runs_retry()}
      </Button>
      <Button icon="stop" onPress={() => props.onChange('cancel')} data-testid="runs-cancel">
        {m.runs_cancel()}
      </Button>
      <Button icon="trash" onPress={() => props.onChange('delete')} data-testid="runs-delete">
        {m.runs_delete()}
      </Button>
    </div>
  );
}

function allOf(fitting: Props['fitting']): string {
  return fitting && !fitting.more
    ? counted('runs_all_chosen', fitting.total)
    : m.runs_all_chosen_more();
}
