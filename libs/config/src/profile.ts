/**
 * Where the process runs. `local` is what an unset NODE_ENV means: convenient like development, with the
 * production rules for secrets and mock sign-in, because nobody said that it may be unsafe.
 */
export type Profile = 'local' | 'development' | 'test' | 'staging' | 'production';

export const PROFILES: readonly Profile[] = ['local', 'development', 'test', 'staging', 'production'];

/** The profile that NODE_ENV names; undefined when it names none. */
export function profileOf(nodeEnv: string | undefined): Profile | undefined {
  if (nodeEnv === undefined || nodeEnv === '') return 'local';
  return PROFILES.find((profile) => profile === nodeEnv && profile !== 'local');
}
