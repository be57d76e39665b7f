import { useRef } from 'react';
import { m } from '@/i18n';
import { LEFT_LEAST, LEFT_MOST, setLeft, useLeft } from './left';
import styles from './timeline.module.css';

/** Pixels that an arrow key moves it. */
const STEP = 16;

/** The edge between names and times, which is drawn with the pointer or moved with the arrow keys. */
export function Splitter() {
  const left = useLeft();
  const begun = useRef<number | null>(null);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule cannot be moved
    <div
      className={styles.splitter}
      role="separator"
      aria-orientation="vertical"
      aria-label={m.timeline_splitter()}
      aria-valuenow={left}
      aria-valuemin={LEFT_LEAST}
      aria-valuemax={LEFT_MOST}
      tabIndex={0}
      data-testid="timeline-splitter"
      onPointerDown={(event) => {
        begun.current = left - event.clientX;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (begun.current !== null) setLeft(begun.current + event.clientX);
      }}
      onPointerUp={() => {
        begun.current = null;
      }}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
        setLeft(left + (event.key === 'ArrowLeft' ? -STEP : STEP));
        event.preventDefault();
      }}
    />
  );
}
