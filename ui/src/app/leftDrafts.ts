import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { toast } from '@/components';
import { findLeftDrafts } from '@/features/catalog/draft/drafts';
import { documentLink } from '@/features/catalog/kinds';
import { tellFailure } from '@/features/command';
import { counted, m } from '@/i18n';

let told = false;

/** Say once, when the window opens, that what was left unsaved is still here. */
export function useLeftDrafts(): void {
  const navigate = useNavigate();
  useEffect(() => {
    if (told) return;
    told = true;
    findLeftDrafts()
      .then(([first, ...more]) => {
        if (!first) return;
        toast({
          text: more.length
            ? counted('drafts_still_here', 1 + more.length)
            : m.draft_still_here({ name: first.name }),
          action: {
            label: m.open(),
            run: () => void navigate(documentLink(first.kind, first.id)),
            testid: 'open-draft',
          },
        });
      })
      .catch(tellFailure);
  }, [navigate]);
}
