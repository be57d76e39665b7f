/** Where the recovery window begins: the page for when the data cannot be opened. */
import '@fontsource-variable/inter/wght.css';
import '../styles/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { chooseLocale, setLocale } from '@/i18n';
import { recovery } from '@/ipc/recovery';
import { Recovery } from './Recovery';

const state = await recovery.state();
await setLocale(chooseLocale('system', state.languages));

const place = document.getElementById('app');
if (place) {
  createRoot(place).render(
    <StrictMode>
      <Recovery state={state} />
    </StrictMode>,
  );
}
requestAnimationFrame(() => requestAnimationFrame(() => void recovery.ready()));
