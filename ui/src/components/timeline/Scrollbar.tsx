import { useRef } from 'react';
import { m } from '@/i18n';
import { useChart } from './chart';
import { panned, type View } from './scale';
import styles from './timeline.module.css';

/** Where in the whole what is seen lies; drawn along with the pointer. Absent where all is seen. */
export function Scrollbar({ onView }: { onView: (view: View | undefined) => void }) {
  const { scale } = useChart();
  const begun = useRef<number | null>(null);
  const { width, whole, left } = scale;
  if (whole <= width + 1) return null;
  const room = width - 8;
  const thumb = Math.max(24, (room * width) / whole);
  const most = whole - width;
  const perPixel = most / Math.max(1, room - thumb);
  return (
    <div
      className={styles.scrollbar}
      role="scrollbar"
      aria-orientation="horizontal"
      aria-controls="timeline"
      aria-label={m.timeline_scroll()}
      aria-valuenow={Math.round((100 * left) / most)}
      aria-valuemin={0}
      aria-valuemax={100}
      tabIndex={-1}
      onPointerDown={(event) => {
        begun.current = event.clientX;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (begun.current === null) return;
        onView(panned(scale, (event.clientX - begun.current) * perPixel));
        begun.current = event.clientX;
      }}
      onPointerUp={() => {
        begun.current = null;
      }}
    >
      <span style={{ width: thumb, left: 4 + left / perPixel }} />
    </div>
  );
}
