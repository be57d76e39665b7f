import { useEffect } from 'react';

/**
 * Takes the tooltip of what is pressed away until the pointer has left it: the system shows it a moment later, over
 * whatever has come in its place by then.
 */
export function useQuietTooltips(): void {
  useEffect(() => {
    document.addEventListener('pointerdown', quieten, { capture: true });
    return () => document.removeEventListener('pointerdown', quieten, { capture: true });
  }, []);
}

function quieten({ target }: PointerEvent) {
  for (
    let place = target instanceof Element ? target.closest<HTMLElement>('[title]') : null;
    place;
    place = place.parentElement?.closest<HTMLElement>('[title]') ?? null
  )
    quietenOne(place);
}

function quietenOne(place: HTMLElement) {
  const { title } = place;
  if (title === '') return;
  place.title = '';
  const tellAgain = () => {
    // What it says may have changed meanwhile.
    if (place.title === '') place.title = title;
  };
  place.addEventListener('pointerleave', tellAgain, { once: true });
}
