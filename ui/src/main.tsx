/** Where the window begins. */
import '@fontsource-variable/inter/wght.css';
import './styles/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import { present } from './app/appearance';
import { guardCompositions } from './components/composition';
import { chooseLocale } from './i18n';

guardCompositions(window);
// Most often the settings will say the same; then its words are here with them.
void present(chooseLocale('system', navigator.languages));

const place = document.getElementById('app');
if (place) {
  createRoot(place).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
