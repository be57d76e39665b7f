import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { call, shell } from '@/ipc';
import { tellFailure } from '../command';

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

/** Asked anew each time: other programs may switch it as well. */
export function loginStartQuery() {
  return queryOptions({
    queryKey: ['login'],
    queryFn: () => shell.login_start(),
    staleTime: 0,
    retry: false,
  });
}

/** Switches it; what is shown then is what the system has. */
export function useLoginStart() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (on: boolean) => shell.start_at_login({ on }),
    onSuccess: (isOn) => client.setQueryData(loginStartQuery().queryKey, isOn),
    onError: tellFailure,
  });
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
