import { createHash, randomBytes } from 'node:crypto'
import type { ProbePatch } from './probe/probe-patch.ts'

/**
 * Annotations that name the run, its purpose, and until when it is in use (RFC 3339). No policy can select annotations.
 */
export const runAnnotation = 'crosscheck.dev/run'
export const roleAnnotation = 'crosscheck.dev/role'
export const expiresAnnotation = 'crosscheck.dev/expires'

/** One run of the command on one cluster. */
export interface RunFacts {
  readonly id: string
  /** Secret that every probe of this run requires; pods contain only its hash. */
  readonly token: string
  readonly tokenSha256: string
  readonly image: string
  readonly imagePullSecret?: string
  /** Connections in flight per source; 50 when absent (docs/verdicts.md#time). */
  readonly concurrency?: number
  /** Applied to every pod of the run. */
  readonly patch?: ProbePatch
  /** Keep the sidecars of a service mesh instead of opting out. */
  readonly mesh?: boolean
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Starts a run with a random identifier and token. */
export function startRun(options: Pick<RunFacts, 'image' | 'imagePullSecret' | 'patch' | 'mesh' | 'now'>): RunFacts {
  const token = randomBytes(32).toString('base64url')
  const tokenSha256 = createHash('sha256').update(token).digest('hex')
  return { ...options, id: randomBytes(4).toString('hex'), token, tokenSha256 }
}
