/** How texts look in the editor: the app's own colours, in both themes. */
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const frame = EditorView.theme({
  '&': { height: '100%', fontSize: '12px', color: 'var(--text)', background: 'transparent' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '19px', overflow: 'auto' },
  // The caret shows where the keys go; a ring around a text as long as this one would not.
  '.cm-content:focus-visible': { boxShadow: 'none' },
  '.cm-content': { padding: '10px 0', caretColor: 'var(--text)' },
  '.cm-line': { padding: '0 14px 0 8px' },
  '.cm-gutters': {
    background: 'transparent',
    color: 'var(--text-3)',
    border: '0',
    paddingLeft: '8px',
  },
  '.cm-activeLine, .cm-activeLineGutter': { background: 'transparent' },
  '&.cm-focused .cm-activeLine, &.cm-focused .cm-activeLineGutter': { background: 'var(--hover)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground':
    {
      background: 'light-dark(#2b52c433, #93abff44)',
    },
  '&:not(.cm-focused) .cm-matchingBracket': { background: 'transparent' },
  '&.cm-focused .cm-matchingBracket': {
    background: 'var(--selected)',
    outline: '1px solid var(--line-strong)',
  },
  '.cm-foldPlaceholder': {
    background: 'var(--off-bg)',
    border: '0',
    color: 'var(--text-2)',
    padding: '0 6px',
  },
  '.cm-panels': { background: 'var(--raised)', color: 'var(--text)', borderColor: 'var(--line)' },
  '.cm-panel.cm-search': { padding: '8px 36px 8px 12px', fontSize: '13px' },
  '.cm-panel.cm-search label': { fontSize: '13px', margin: '0 8px 0 0' },
  '.cm-panel.cm-search [name=close]': { fontSize: '18px', padding: '0 6px', border: '0' },
  '.cm-panels input.cm-textfield, .cm-panels button.cm-button': {
    background: 'var(--surface)',
    color: 'var(--text)',
    border: '1px solid var(--control-line)',
    borderRadius: '6px',
    backgroundImage: 'none',
    font: 'inherit',
    height: '28px',
    padding: '0 10px',
    margin: '2px 6px 2px 0',
  },
  '.cm-panels input[type=checkbox]': { accentColor: 'var(--accent)' },
  '.cm-tooltip': {
    background: 'var(--raised)',
    border: '1px solid var(--line)',
    borderRadius: '6px',
    boxShadow: 'var(--shadow)',
    font: 'var(--t-small)',
  },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--fail) 1px',
    textUnderlineOffset: '3px',
  },
  '.cm-lintRange-warning': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--warn) 1px',
    textUnderlineOffset: '3px',
  },
  // The library's own marks are pictures in the style sheet, which the window's policy forbids.
  '.cm-lint-marker': { content: 'normal', width: 'auto', textAlign: 'center', fontWeight: '700' },
  '.cm-lint-marker-error::before': { content: '"✕"', color: 'var(--fail)' },
  '.cm-lint-marker-warning::before': { content: '"!"', color: 'var(--warn)' },
  '.cm-changedLine, .cm-insertedLine': { background: 'var(--ok-bg) !important' },
  '.cm-deletedChunk': { background: 'var(--fail-bg) !important' },
  '.cm-changedText, .cm-deletedText, .cm-insertedText': {
    background: 'none !important',
    textDecoration: 'underline',
    textUnderlineOffset: '3px',
  },
  '.cm-changeGutter': { width: '3px', paddingLeft: '0' },
  '.cm-collapsedLines::before, .cm-collapsedLines::after': { content: '"⋯"' },
  '.cm-collapsedLines': {
    background: 'var(--sunken)',
    color: 'var(--text-3)',
    padding: '4px 12px',
  },
});

const prose = EditorView.theme({
  '&': { fontSize: '13px' },
  '.cm-scroller': { fontFamily: 'var(--font)', lineHeight: '22px' },
  '.cm-content': { padding: '4px 0 20px' },
  '.cm-line': { padding: '0 20px 0 16px' },
});

const colours = HighlightStyle.define([
  {
    tag: [tags.propertyName, tags.definition(tags.propertyName), tags.attributeName],
    color: 'var(--accent)',
  },
  { tag: tags.string, color: 'light-dark(#1d6b40, #7fd3a5)' },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword, tags.atom], color: 'var(--wait)' },
  { tag: [tags.comment, tags.meta, tags.processingInstruction], color: 'var(--text-3)' },
  { tag: tags.heading, fontWeight: '650', color: 'var(--text)' },
  { tag: tags.strong, fontWeight: '650' },
  { tag: tags.emphasis, fontStyle: 'italic' },
  { tag: [tags.link, tags.url], color: 'var(--accent)' },
  { tag: tags.monospace, fontFamily: 'var(--mono)', fontSize: '12px' },
  { tag: tags.invalid, color: 'var(--fail)' },
]);

/** The nonce that the shell's security policy wants for style elements, where there is one. */
function nonce(): Extension {
  const bearer = document.getElementById('nonce-bearer');
  return bearer?.nonce ? EditorView.cspNonce.of(bearer.nonce) : [];
}

export function codeTheme(kind: 'code' | 'prose'): Extension {
  // Of two themes that speak of one thing the first wins.
  return [nonce(), kind === 'prose' ? prose : [], frame, syntaxHighlighting(colours)];
}
