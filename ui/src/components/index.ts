/**
 * The app's own set of controls. Pages import from here; what is heavy (`CodeEditor`, `DayField`) from
 * its own file, so that the first screen does not load it.
 */
export { Button, ButtonPair } from './Button';
export { Card, Lead, Row } from './Card';
export { Chip, type Tone } from './Chip';
export { Choice, type Option } from './Choice';
export { isPageCovered } from './covered';
export { DangerDialog } from './DangerDialog';
export { Dialog, Spring } from './Dialog';
export { Empty } from './Empty';
export { ErrorNotice } from './ErrorNotice';
export type { Note } from './FieldNotes';
export { Folded } from './Folded';
export { FormDialog } from './FormDialog';
export { arriveByKey } from './firstKeys';
export { Icon, type IconName } from './Icon';
export { IconButton } from './IconButton';
export { Marked } from './Marked';
export { Menu, type MenuEntry } from './Menu';
export { Notice } from './Notice';
export { Page } from './Page';
export { PickMany } from './PickMany';
export { PlaceLine } from './PlaceLine';
export { Progress } from './Progress';
export type { Column } from './RowLine';
export { RowList } from './RowList';
export { SearchField } from './SearchField';
export { Segments } from './Segments';
export { Sign } from './Sign';
export { NOTHING, type Selection } from './selection';
export { TextArea, TextField } from './TextField';
export { Tick } from './Tick';
export { Time } from './Time';
export { Toasts } from './Toasts';
export { toast } from './toast';
export { usePages } from './usePages';
export { useRested } from './useRested';
export { useSearchWords } from './useSearchWords';
export { useTold } from './useTold';
