import { queryOptions } from '@tanstack/react-query';
import { call } from '@/ipc';

export function settingsQuery() {
  return queryOptions({
    queryKey: ['settings'],
    queryFn: () => call('settings_show', {}),
    meta: { tags: ['settings'] },
  });
}

export function aboutQuery() {
  return queryOptions({ queryKey: ['about'], queryFn: () => call('about_show', {}) });
}

export function doctorQuery() {
  return queryOptions({ queryKey: ['doctor'], queryFn: () => call('doctor', {}), staleTime: 0 });
}

/** Made anew each time it is looked at: it tells of now. */
export function diagnosticsQuery() {
  return queryOptions({
    queryKey: ['diagnostics'],
    queryFn: () => call('diagnostics_show', {}),
    staleTime: 0,
    gcTime: 0,
  });
}
