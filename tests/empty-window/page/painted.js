// Two frames: the first is being drawn, the second says that it was.
requestAnimationFrame(() =>
  requestAnimationFrame(() => window.__TAURI_INTERNALS__.invoke('window_ready')),
);
