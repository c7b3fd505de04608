import type { Client } from 'undici'

let undici: Promise<typeof import('./undici.ts')> | undefined

/** undici's `Client`, loaded for the first HTTP check of the process: what runs none idles with 5 MiB less. */
export async function loadHttpClient(): Promise<typeof Client> {
  undici ??= import('./undici.ts')
  return (await undici).Client
}
