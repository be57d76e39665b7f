import { Link } from '@tanstack/react-router';
import { sayFinding, visible } from '@/i18n';
import type { Finding } from '@/ipc';
import { documentLink } from '../../catalog/kinds';
import { closeRunSheet } from './store';

/** A problem in words; it leads to its place in the form. */
export function FindingLink({ workflow, finding }: { workflow: string; finding: Finding }) {
  const at = /^\/(\w+\/[^/]+)/.exec(finding.path)?.[1];
  return (
    <Link {...documentLink('workflow', workflow, { at })} onClick={closeRunSheet}>
      {visible(sayFinding(finding))}
    </Link>
  );
}
