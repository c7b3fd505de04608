import { createHash, randomBytes } from 'node:crypto'
import type { ProbePatch } from './probe/probe-patch.ts'

/** Which run made it, what for, and until when it counts as in use (RFC 3339): annotations, which no policy can select. */
export const runAnnotation = 'crosscheck.dev/run'
export const roleAnnotation = 'crosscheck.dev/role'
export const expiresAnnotation = 'crosscheck.dev/expires'

/** One run of the command on one cluster. */
export interface RunFacts {
  readonly id: string
  /** Asked for by every probe of this run; pods hold its hash. */
  readonly token: string
  readonly tokenSha256: string
  readonly image: string
  readonly imagePullSecret?: string
  /** Connections that a source has in flight; 50 when absent (docs/verdicts.md#time). */
  readonly concurrency?: number
  /** What every pod of the run gets besides. */
  readonly patch?: ProbePatch
  /** Sidecars of a service mesh are not declined. */
  readonly mesh?: boolean
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** A run with a fresh identifier and token. */
export function startRun(options: Pick<RunFacts, 'image' | 'imagePullSecret' | 'patch' | 'mesh' | 'now'>): RunFacts {
  const token = randomBytes(32).toString('base64url')
  const tokenSha256 = createHash('sha256').update(token).digest('hex')
  return { ...options, id: randomBytes(4).toString('hex'), token, tokenSha256 }
}
