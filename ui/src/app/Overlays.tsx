import { Toasts } from '@/components';
import { ImportDialog } from '@/features/import/ImportDialog';
import { RunSheet } from '@/features/runs/sheet/RunSheet';
import { StartSheet } from '@/features/start/StartSheet';
import { ClosingDialog } from './ClosingDialog';
import { DropVeil } from './DropVeil';
import { useLeftDrafts } from './leftDrafts';
import { Palette } from './Palette';
import { useLooking } from './useLooking';

interface Props {
  isSearching: boolean;
  onSearchEnd: () => void;
}

/** What any page may be under. Each shows itself when there is reason to. */
export default function Overlays({ isSearching, onSearchEnd }: Props) {
  useLeftDrafts();
  useLooking();
  return (
    <>
      <Palette isOpen={isSearching} onClose={onSearchEnd} />
      <ImportDialog />
      <RunSheet />
      <StartSheet />
      <ClosingDialog />
      <DropVeil />
      <Toasts />
    </>
  );
}
