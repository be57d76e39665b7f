/** Whether a dialog lies over the page. Then the keys of the page are not meant. */
export function isPageCovered(): boolean {
  return document.getElementById('main')?.closest('[inert], [aria-hidden="true"]') != null;
}
