/** The keys of a graph's tasks beside those that move among them. */
import type { KeyboardEvent } from 'react';
import type { Way } from '@/components/graph';
import { CLOSER } from '../timeline/Tools';

interface Acts {
  onStep: (way: Way) => void;
  /** To the first or the last task. */
  onEnd: (to: 'first' | 'last') => void;
  /** To the next that failed, or the one before. */
  onFailed: (by: 1 | -1) => void;
  onZoom: (factor: number) => void;
  onMove: (by: { x: number; y: number }) => void;
  onFit: () => void;
  onPath: () => void;
  /** Whether something was open. */
  onClose: () => boolean;
}

const WAYS: Record<string, Way> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

/** So far a step along moves, in pixels. */
const ALONG = 120;

export function onGraphKey(event: KeyboardEvent, acts: Acts) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const way = WAYS[event.key];
  if (way && event.shiftKey) acts.onMove(by(way));
  else if (way) acts.onStep(way);
  else if (event.key === 'Home') acts.onEnd('first');
  else if (event.key === 'End') acts.onEnd('last');
  else if (event.key === '[' || event.key === ']') acts.onFailed(event.key === ']' ? 1 : -1);
  else if (event.key === '+' || event.key === '=') acts.onZoom(CLOSER);
  else if (event.key === '-') acts.onZoom(1 / CLOSER);
  else if (event.key === '0' || event.key === 'f') acts.onFit();
  else if (event.key === 'c' || event.key === 'p') acts.onPath();
  else if (event.key !== 'Escape' || !acts.onClose()) return;
  event.preventDefault();
  event.stopPropagation();
}

function by(way: Way) {
  const far = way === 'left' || way === 'up' ? -ALONG : ALONG;
  return way === 'left' || way === 'right' ? { x: far, y: 0 } : { x: 0, y: far };
}
