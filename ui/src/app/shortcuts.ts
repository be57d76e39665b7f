import { useNavigate, useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { arriveByKey, isPageCovered } from '@/components';
import { guidePage } from '@/features/help/guide';
import { isAt, type NavPlace, PLACES } from './places';

/** Keys that work everywhere. What a page adds is in the page. */
export function useShortcuts(onSearch: () => void): void {
  const navigate = useNavigate();
  const router = useRouter();
  useEffect(() => {
    const go = (place: NavPlace) => {
      const list = document.querySelector<HTMLElement>('#main [role="grid"]');
      if (list && isAt(place.id, router.state.location.pathname)) list.focus();
      else arriveByKey();
      void navigate(place.link);
    };
    const onKeyDown = (event: KeyboardEvent) => {
      if (isPageCovered()) return;
      const command = event.ctrlKey || event.metaKey;
      if (command && !event.shiftKey && event.key.toLowerCase() === 'k') onSearch();
      else if (event.key === 'F1') {
        const page = guidePage(router.state.location.pathname);
        void navigate({ to: '/help/$page', params: { page } });
      } else if (command && !event.altKey && /^[1-9]$/.test(event.key)) {
        const place = PLACES[Number(event.key) - 1];
        if (!place) return;
        go(place);
      } else if (command && !event.altKey && event.key === ',') {
        const settings = PLACES.find(({ id }) => id === 'settings');
        if (settings) go(settings);
      } else if (event.altKey && event.key === 'ArrowLeft') router.history.back();
      else if (event.altKey && event.key === 'ArrowRight') router.history.forward();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [navigate, router, onSearch]);
}
