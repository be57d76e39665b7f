/** The parts of a folder's page, as the address names them. */
export const FOLDER_TABS = ['files', 'archives', 'settings'] as const;
export type FolderTab = (typeof FOLDER_TABS)[number];
