import type { Client } from 'undici'

let undici: Promise<typeof import('./undici.ts')> | undefined

/**
 * undici's `Client`, loaded for the first HTTP check of the process. A process without HTTP checks needs 5 MiB less
 * when idle.
 */
export async function loadHttpClient(): Promise<typeof Client> {
  undici ??= import('./undici.ts')
  return (await undici).Client
}
