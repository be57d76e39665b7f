import { useEffect } from 'react';

/**
 * Keeps the keys on the page. Where what had the focus goes away, with its page or by what was done
 * with it, the next Tab would begin at the sidebar again; the page's main part takes the focus. After a dialog
 * that another one opened, what had it before both takes it.
 */
export function useKeptFocus(): void {
  useEffect(() => {
    let last: Element | null = null;
    let beforeDialogs: HTMLElement | null = null;
    let waits = false;
    const onFocusIn = () => {
      last = document.activeElement;
      if (last instanceof HTMLElement && !isInDialog(last)) beforeDialogs = last;
    };
    const take = () => {
      waits = false;
      if (!last || last.isConnected || document.activeElement !== document.body) return;
      if (beforeDialogs?.isConnected) beforeDialogs.focus({ preventScroll: true });
      if (document.activeElement !== document.body) return;
      document.getElementById('main')?.focus({ preventScroll: true });
    };
    // A dialog that closes gives the focus back by itself, a frame later: it comes first.
    const observer = new MutationObserver(() => {
      if (waits || !last || last.isConnected) return;
      waits = true;
      requestAnimationFrame(() => requestAnimationFrame(take));
    });
    document.addEventListener('focusin', onFocusIn);
    observer.observe(document.body, { childList: true, subtree: true });
    return () => {
      document.removeEventListener('focusin', onFocusIn);
      observer.disconnect();
    };
  }, []);
}

function isInDialog(element: Element): boolean {
  return element.closest('[data-dialog]') !== null;
}
