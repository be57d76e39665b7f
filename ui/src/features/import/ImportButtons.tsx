import { Button, ButtonPair, IconButton } from '@/components';
import { m } from '@/i18n';
import { pickFolderForImport, pickForImport } from './store';

/** The two ways in beside a drop: files, or a whole folder. */
export function ImportButtons() {
  return (
    <ButtonPair>
      <Button icon="import" onPress={() => void pickForImport()} data-testid="import">
        {m.import_files()}
      </Button>
      <IconButton
        icon="folder"
        look="framed"
        label={m.import_folder()}
        onPress={() => void pickFolderForImport()}
        data-testid="import-folder"
      />
    </ButtonPair>
  );
}
