import { useEffect } from 'react';
import styles from './Tooltip.module.css';

/** So long the pointer rests on something before it is told, in milliseconds. */
const REST = 600;
/** How far from the pointer, and from the edges of the window, it is told, in pixels. */
const AWAY = 18;
const EDGE = 8;

/**
 * Tells what a `title` says in a box of our own. The system's tooltip stays when what it belongs to is gone, over
 * whatever has come in its place; this one goes with a press, a key, the wheel and the thing itself.
 */
export function useTooltips(): void {
  useEffect(() => {
    const tooltip = new Tooltip();
    const options = { capture: true, passive: true };
    const heard = Object.entries(tooltip.hears);
    for (const [event, act] of heard) document.addEventListener(event, act, options);
    return () => {
      for (const [event, act] of heard) document.removeEventListener(event, act, options);
      tooltip.leave();
    };
  }, []);
}

class Tooltip {
  /** What the pointer is on, from the innermost on, with what each says: without their titles meanwhile. */
  private readonly taken = new Map<HTMLElement, string>();
  private shown: HTMLElement | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private at = { x: 0, y: 0 };
  private readonly watch = new MutationObserver(() => this.look());

  readonly hears: Record<string, (event: Event) => void> = {
    pointerover: (event) => this.over(event as PointerEvent),
    pointermove: ({ clientX, clientY }: Event & { clientX?: number; clientY?: number }) => {
      this.at = { x: clientX ?? 0, y: clientY ?? 0 };
    },
    pointerout: (event) => {
      if ((event as PointerEvent).relatedTarget === null) this.leave();
    },
    pointerdown: () => this.hide(),
    keydown: () => this.hide(),
    wheel: () => this.hide(),
    scroll: () => this.hide(),
  };

  private over({ target, pointerType, clientX, clientY }: PointerEvent) {
    if (!(target instanceof Element) || pointerType === 'touch') return;
    this.at = { x: clientX, y: clientY };
    const places = placesOf(target, this.taken);
    if (places.length === this.taken.size && places.every((place) => this.taken.has(place))) return;
    this.leave();
    for (const place of places) {
      this.taken.set(place, place.title);
      place.removeAttribute('title');
      this.watch.observe(place, { attributeFilter: ['title'] });
    }
    const [place] = places;
    if (place && !isRead(place, this.taken.get(place) ?? ''))
      this.timer = setTimeout(() => this.show(place), REST);
  }

  private show(place: HTMLElement) {
    if (!place.isConnected) return;
    const box = document.createElement('div');
    box.className = styles.tooltip ?? '';
    box.dataset.testid = 'tooltip';
    // It is the name or the description of what it stands at, and heard there.
    box.ariaHidden = 'true';
    box.textContent = this.taken.get(place) ?? '';
    document.body.append(box);
    const { offsetWidth: width, offsetHeight: height } = box;
    const { x, y } = this.at;
    const below = y + AWAY + height + EDGE <= innerHeight;
    box.style.left = `${Math.max(EDGE, Math.min(x, innerWidth - width - EDGE))}px`;
    box.style.top = `${Math.max(EDGE, below ? y + AWAY : y - height - EDGE)}px`;
    this.shown = box;
    this.watch.observe(document.body, { childList: true, subtree: true });
  }

  /** What it says may change while it is told, and what it belongs to may go. */
  private look() {
    const [innermost] = this.taken.keys();
    for (const place of this.taken.keys()) {
      if (!place.isConnected) return this.leave();
      if (!place.title) continue;
      this.taken.set(place, place.title);
      if (place === innermost && this.shown) this.shown.textContent = place.title;
      place.removeAttribute('title');
    }
  }

  private hide() {
    clearTimeout(this.timer);
    this.shown?.remove();
    this.shown = null;
  }

  leave() {
    this.hide();
    this.watch.disconnect();
    for (const [place, title] of this.taken) if (!place.title) place.title = title;
    this.taken.clear();
  }
}

/** What has a title around a place, or had it until the pointer came, from the innermost on. */
function placesOf(target: Element, taken: ReadonlyMap<HTMLElement, string>): HTMLElement[] {
  const found: HTMLElement[] = [];
  for (let place: Element | null = target; place; place = place.parentElement)
    if (place instanceof HTMLElement && (place.title || taken.has(place))) found.push(place);
  return found;
}

/** Whether all of it stands there to be read already. */
function isRead(place: HTMLElement, title: string): boolean {
  return place.textContent === title && place.scrollWidth <= place.clientWidth;
}
