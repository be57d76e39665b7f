import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { belongsToComposition, guardCompositions } from './composition';

const enter = { key: 'Enter', isComposing: false, keyCode: 13, timeStamp: 1000 };

it.each([
  ['a plain Enter', enter, null, false],
  ['an Enter inside a composition', { ...enter, isComposing: true }, null, true],
  ['an Enter that WebKit marks with 229', { ...enter, keyCode: 229 }, null, true],
  ['the Enter of the keystroke that ended it', enter, 990, true],
  ['a later Enter', enter, 500, false],
  ['a letter right after it', { ...enter, key: 'a' }, 990, false],
])('%s', (_, event, endedAt, expected) => {
  expect(belongsToComposition(event, endedAt)).toBe(expected);
});

let release: () => void;
beforeEach(() => {
  release = guardCompositions(window);
});
afterEach(() => {
  release();
  document.body.innerHTML = '';
});

function form() {
  document.body.innerHTML = '<form><input /><button type="submit">ok</button></form>';
  const heard = vi.fn();
  const input = document.querySelector('input') as HTMLInputElement;
  input.addEventListener('keydown', heard);
  return { input, heard };
}

function press(target: Element, init: KeyboardEventInit & { keyCode?: number }) {
  const event = new KeyboardEvent('keydown', {
    key: 'Enter',
    bubbles: true,
    cancelable: true,
    ...init,
  });
  Object.defineProperty(event, 'keyCode', { value: init.keyCode ?? 13 });
  target.dispatchEvent(event);
  return event;
}

it('keeps an Enter of the input method from the form around the field', () => {
  const { input, heard } = form();
  for (const init of [{ isComposing: true }, { keyCode: 229 }]) {
    expect(press(input, init).defaultPrevented).toBe(true);
  }
  expect(heard).not.toHaveBeenCalled();
});

it('lets an Enter through that a person means', () => {
  const { input, heard } = form();
  expect(press(input, {}).defaultPrevented).toBe(false);
  expect(heard).toHaveBeenCalledOnce();
});

it('lets the next Enter through once the key was released', () => {
  const { input, heard } = form();
  input.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }));
  press(input, {});
  expect(heard).not.toHaveBeenCalled();
  input.dispatchEvent(new KeyboardEvent('keyup', { key: 'Enter', bubbles: true }));
  press(input, {});
  expect(heard).toHaveBeenCalledOnce();
});
