/** What is heard of a pointer over an element; the click before anything inside hears of it. */
interface Heard {
  onWheel: (event: WheelEvent) => void;
  onDown: (event: PointerEvent) => void;
  onMove: (event: PointerEvent) => void;
  /** It was let go of, or taken away. */
  onUp: () => void;
  onClick: (event: MouseEvent) => void;
}

/** Listens until what it gives is called. */
export function hearPointer(element: HTMLElement, heard: Heard): () => void {
  const { onWheel, onDown, onMove, onUp, onClick } = heard;
  const until = new AbortController();
  const { signal } = until;
  // Not passive: who hears of the wheel may keep the page from scrolling.
  element.addEventListener('wheel', onWheel, { passive: false, signal });
  element.addEventListener('pointerdown', onDown, { signal });
  element.addEventListener('pointermove', onMove, { signal });
  element.addEventListener('pointerup', onUp, { signal });
  element.addEventListener('pointercancel', onUp, { signal });
  element.addEventListener('click', onClick, { capture: true, signal });
  return () => until.abort();
}
