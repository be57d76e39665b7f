import {
  type KeyboardEvent,
  memo,
  type ReactNode,
  type RefObject,
  useCallback,
  useMemo,
} from 'react';
import styles from './graph.module.css';
import type { Layout } from './layout';
import { type Edge, type Leg, legsAlong } from './legs';
import { boxesOf, linesOf } from './lines';
import { nearOf, runsThrough } from './near';
import { useMoves } from './useMoves';
import type { Look } from './useView';
import { anchorOf, drawnOf, roughly, type Size, type View } from './view';

/** From so many nodes in sight on, each is a plain box. */
const BOXES = 300;
/** So many legs are drawn at most. */
const LEGS = 4_000;
/** Below this size, what is said of a node beside its name is left out; below that, each is a plain box. */
const FAR = 0.7;
const TINY = 0.33;
/** Between the dots behind it, in pixels of the graph; none where they would be a wall. */
const DOTS = 24;

export interface Marked {
  look: 'path' | 'before' | 'after';
  edges: readonly Edge[];
}

/** Whether a node was come to, was passed over, or may still be. */
export type WayOf = (node: number) => 'taken' | 'off' | 'open';

interface Props {
  layout: Layout;
  size: Size;
  look: Look;
  canvas: RefObject<HTMLElement | null>;
  measured: (element: HTMLElement | null) => (() => void) | undefined;
  label: string;
  /** What a node is known by, whatever its place. */
  keyOf: (node: number) => string;
  /** A node, as a button with `data-node`. Another function only where something of them is another. */
  nodeOf: (node: number) => ReactNode;
  /** The colour of a node where it is a plain box. */
  toneOf: (node: number) => string;
  /** What became of the ways to a node. */
  wayOf: WayOf;
  /** Edges that are meant. */
  marked: readonly Marked[];
  /** Whether other edges step back. */
  isAside: boolean;
  /** Nodes that are drawn wherever they are: those that have the keys. */
  kept: readonly number[];
  onKeyDown: (event: KeyboardEvent) => void;
  onFocus: (node: number) => void;
  onOver: (node: number | undefined) => void;
  /** A plain box was pressed. */
  onPress: (node: number) => void;
  children?: ReactNode;
}

/** A graph, of which only what is in sight is drawn. */
export function Graph({ layout, size, look, canvas, measured, label, ...rest }: Props) {
  const { view } = look;
  useMoves(canvas, { onZoom: look.zoom, onMove: look.move });
  const ref = useCallback(
    (element: HTMLElement | null) => {
      canvas.current = element;
      return measured(element);
    },
    [canvas, measured],
  );
  const near = useMemo(() => nearOf(layout), [layout]);
  const drawn = useDrawn(view, size);
  const nodes = useMemo(() => near.nodesIn(drawn), [near, drawn]);
  const legs = useMemo(() => near.legsIn(drawn, LEGS), [near, drawn]);
  const areBoxes = view.scale < TINY || nodes.length > BOXES;
  const keeps = rest.kept.join();
  const buttons = useMemo(() => {
    const kept = keeps.split(',').map(Number);
    const all = kept.filter((node) => node < layout.x.length);
    return [...new Set(areBoxes ? all : [...nodes, ...all])].sort((a, b) => a - b);
  }, [layout, nodes, keeps, areBoxes]);
  const { scale } = view;
  const anchor = anchorOf(view);
  const plane = {
    transform: `translate(${(anchor.x - view.x) * scale}px, ${(anchor.y - view.y) * scale}px) scale(${scale})`,
    '--scale': roughly(scale),
  } as React.CSSProperties;
  const nodeAt = (event: React.MouseEvent) => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    const x = view.x + (event.clientX - left) / scale;
    const y = view.y + (event.clientY - top) / scale;
    return near.nodesIn({ x, y, width: 0, height: 0 })[0];
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields
    <div
      role="group"
      aria-label={label}
      className={styles.canvas}
      ref={ref}
      style={
        {
          '--dots': `${DOTS * scale}px`,
          backgroundPosition: `${-view.x * scale}px ${-view.y * scale}px`,
        } as React.CSSProperties
      }
      onKeyDown={rest.onKeyDown}
      onFocus={({ target }) => {
        const node = nodeOf(target);
        if (node === undefined) return;
        rest.onFocus(node);
        // What keys come to is brought into sight; what is pressed is there.
        if (target.matches(':focus-visible')) look.show(node);
      }}
      onPointerOver={({ target }) => rest.onOver(nodeOf(target as Element))}
      onPointerLeave={() => rest.onOver(undefined)}
      onClick={(event) => {
        if (!areBoxes || nodeOf(event.target as Element) !== undefined) return;
        const node = nodeAt(event);
        if (node !== undefined) rest.onPress(node);
      }}
      data-plain={scale < FAR || undefined}
      data-testid="graph-canvas"
    >
      <div
        className={styles.plane}
        style={plane}
        data-size={areBoxes ? 'tiny' : scale < FAR ? 'far' : undefined}
      >
        <svg
          className={styles.lines}
          width={drawn.width}
          height={drawn.height}
          style={{ left: drawn.x - anchor.x, top: drawn.y - anchor.y }}
          aria-hidden="true"
          focusable="false"
        >
          <Lines legs={legs} drawn={drawn} wayOf={rest.wayOf} isAside={rest.isAside} />
          <MarkedLines layout={layout} marked={rest.marked} drawn={drawn} />
          {areBoxes && <Boxes layout={layout} nodes={nodes} drawn={drawn} toneOf={rest.toneOf} />}
        </svg>
        <Nodes
          layout={layout}
          nodes={buttons}
          x={anchor.x}
          y={anchor.y}
          keyOf={rest.keyOf}
          nodeOf={rest.nodeOf}
        />
      </div>
      {rest.children}
    </div>
  );
}

/** The node that an element is a part of. */
function nodeOf(element: Element): number | undefined {
  const node = element.closest<HTMLElement>('[data-node]')?.dataset.node;
  return node === undefined ? undefined : Number(node);
}

/** What is drawn; the same object for as long as it stays the same. */
function useDrawn(view: View, size: Size) {
  const { x, y, width, height } = drawnOf(view, size);
  return useMemo(() => ({ x, y, width, height }), [x, y, width, height]);
}

interface NodesProps extends Pick<Props, 'layout' | 'keyOf' | 'nodeOf'> {
  nodes: readonly number[];
  /** From where on they are placed. */
  x: number;
  y: number;
}

const Nodes = memo(function Nodes({ layout, nodes, x, y, keyOf, nodeOf }: NodesProps) {
  return (
    <ul className={styles.nodes}>
      {nodes.map((node) => {
        const [left, top] = [(layout.x[node] ?? 0) - x, (layout.y[node] ?? 0) - y];
        return (
          <li
            key={keyOf(node)}
            aria-posinset={node + 1}
            aria-setsize={layout.x.length}
            style={{ transform: `translate(${left}px, ${top}px)` }}
          >
            {nodeOf(node)}
          </li>
        );
      })}
    </ul>
  );
});

type Drawn = ReturnType<typeof drawnOf>;

interface LinesProps {
  legs: readonly Leg[];
  drawn: Drawn;
  wayOf: WayOf;
  isAside: boolean;
}

const Lines = memo(function Lines({ legs, drawn, wayOf, isAside }: LinesProps) {
  const [plain, loose, off, looseOff] = useMemo(() => {
    const looks: [Leg[], Leg[], Leg[], Leg[]] = [[], [], [], []];
    for (const leg of legs) {
      const way = leg.to >= 0 ? wayOf(leg.to) : 'open';
      // What may be taken has gaps until it is.
      const isLoose = leg.isLoose && way !== 'taken';
      looks[(way === 'off' ? 2 : 0) + (isLoose ? 1 : 0)]?.push(leg);
    }
    return looks.map((of) => linesOf(of, drawn));
  }, [legs, drawn, wayOf]);
  return (
    <g data-aside={isAside || undefined}>
      {off && <path className={styles.line} data-look="off" d={off} data-testid="graph-off" />}
      {looseOff && (
        <path className={styles.line} data-look="off loose" d={looseOff} data-testid="graph-off" />
      )}
      {loose && <path className={styles.line} data-look="loose" d={loose} />}
      {plain && <path className={styles.line} d={plain} data-testid="graph-lines" />}
    </g>
  );
});

interface MarkedProps {
  layout: Layout;
  marked: readonly Marked[];
  drawn: Drawn;
}

function MarkedLines({ layout, marked, drawn }: MarkedProps) {
  const paths = useMemo(
    () =>
      marked.map(({ look, edges }) => {
        const seen = new Set<Leg>();
        for (const edge of edges)
          for (const leg of legsAlong(layout.legs, edge)) {
            if (seen.size >= LEGS) break;
            if (runsThrough(leg, drawn)) seen.add(leg);
          }
        return { look, d: linesOf(seen, drawn) };
      }),
    [layout, marked, drawn],
  );
  return paths.map(
    ({ look, d }) =>
      d && (
        <path
          key={look}
          className={styles.line}
          data-look={look}
          d={d}
          data-testid={`graph-${look}`}
        />
      ),
  );
}

interface BoxesProps {
  layout: Layout;
  nodes: readonly number[];
  drawn: Drawn;
  toneOf: (node: number) => string;
}

function Boxes({ layout, nodes, drawn, toneOf }: BoxesProps) {
  const tones = useMemo(() => {
    const by = new Map<string, number[]>();
    for (const node of nodes) {
      const tone = toneOf(node);
      const known = by.get(tone);
      if (known) known.push(node);
      else by.set(tone, [node]);
    }
    return [...by].map(([tone, of]) => ({ tone, d: boxesOf(of, layout.x, layout.y, drawn) }));
  }, [layout, nodes, drawn, toneOf]);
  return tones.map(({ tone, d }) => (
    <path
      key={tone}
      className={styles.box}
      style={{ color: `var(--${tone})` }}
      d={d}
      data-testid="graph-boxes"
    />
  ));
}
