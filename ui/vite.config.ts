import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { startBudget } from './startBudget';

const repository = fileURLToPath(new URL('..', import.meta.url));

export default defineConfig({
  base: './',
  plugins: [react(), startBudget('index', 480_000)],
  resolve: {
    alias: {
      '@': fileURLToPath(new URL('./src', import.meta.url)),
      '@guide': fileURLToPath(new URL('../docs/guide', import.meta.url)),
    },
  },
  // The catalogue is looked up by key: as one value it is parsed ten times as fast as as a module.
  json: { namedExports: false, stringify: true },
  server: { port: 1420, strictPort: true, fs: { allow: [repository] } },
  build: {
    // WebKitGTK 2.44 and newer; from there on light-dark() needs no stand-in.
    target: 'safari17.5',
    // The content security policy knows no data: URLs, so that fonts and pictures stay files.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      input: ['index.html', 'recovery.html'],
      // What the first screen needs comes in one piece: of forty, each costs its way to the page.
      output: { codeSplitting: { groups: [{ name: 'start', test: /src\/app\/App\.tsx$/ }] } },
    },
  },
  test: {
    environment: 'happy-dom',
    setupFiles: ['./src/ipc/testing.setup.ts'],
  },
});
