import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import { Button, toast } from '@/components';
import { m, visibleText } from '@/i18n';
import { tellFailure } from '../../command';
import styles from './OutputView.module.css';
import { piecesOf } from './pieces';

/** Height of a line, in pixels. */
const LINE = 18;

/** A text of any length: only the piece of it in sight exists on the page. */
export function LongText({ text, label }: { text: string; label: string }) {
  const scroller = useRef<HTMLElement>(null);
  const pieces = useMemo(() => piecesOf(text), [text]);
  const virtual = useVirtualizer({
    count: pieces.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (pieces[index]?.lines ?? 1) * LINE,
    overscan: 1,
  });
  const [only] = pieces;
  if (pieces.length === 1 && only) {
    return (
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroller is reached with the keys, too
      <section className={styles.text} tabIndex={0} aria-label={label} data-selectable>
        {visibleText(only.text)}
      </section>
    );
  }
  const copy = () =>
    void navigator.clipboard
      .writeText(text)
      .then(() => toast({ text: m.data_text_copied() }), tellFailure);
  return (
    <>
      <section
        className={styles.text}
        ref={scroller}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroller is reached with the keys, too
        tabIndex={0}
        aria-label={label}
        data-selectable
      >
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map((item) => (
            <div
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              className={styles.piece}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              {visibleText(pieces[item.index]?.text ?? '')}
            </div>
          ))}
        </div>
      </section>
      <div>
        <Button look="quiet" icon="copy" onPress={copy}>
          {m.data_copy_text()}
        </Button>
      </div>
    </>
  );
}
