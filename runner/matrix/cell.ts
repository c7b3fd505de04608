import { z } from 'zod'
import { reasons } from '../../checks/outcome.ts'

/** Why a cell is unknown; `docs/reference/matrix.md` describes each. */
export const unknownReasons = [
  'not_run',
  'not_listening',
  'target_gone',
  'no_control',
  'no_route',
  'source_dead',
  'not_enforced',
  'intercepted',
  'overflow',
  'late_policies',
  'name',
  'no_address',
  'no_endpoints',
  'service',
  'sctp',
  'world_changed',
] as const

const object = z.string().describe('namespace/name of a pod, namespace/service/name of a Service')

export const cellSchema = z.strictObject({
  from: object,
  to: object,
  port: z.int().min(1).max(65_535),
  protocol: z.enum(['TCP', 'UDP', 'SCTP']),
  predicted: z
    .enum(['allow', 'deny', 'undefined'])
    .optional()
    .describe('what the policies mean, where it was computed'),
  observed: z.enum(['open', 'blocked', 'unknown']).optional().describe('what packets did, where it was measured'),
  reason: z
    .enum([...reasons, ...unknownReasons.filter((reason) => reason !== 'not_run'), 'partly_open'])
    .optional()
    .describe('what was seen of an open or blocked cell, and why nothing is known of an unknown one'),
  detail: z.string().optional().describe('the reason in a sentence, where there is more to say'),
})

export const matrixSchema = z
  .strictObject({
    cells: z.array(cellSchema),
    assumed: z.array(z.string()).describe('what the manifests do not have and is there all the same'),
  })
  .describe('What `crosscheck matrix -o json` prints.')

/** One source, one port of one target. */
export type Cell = z.infer<typeof cellSchema>
export type UnknownReason = (typeof unknownReasons)[number]

/** The measured result of a cell. */
export type Finding = Pick<Cell, 'reason' | 'detail'> & Required<Pick<Cell, 'observed' | 'reason'>>

export function unknownFinding(reason: UnknownReason, detail: string): Finding {
  return { observed: 'unknown', reason, detail }
}

const states = { allow: 'open', deny: 'blocked', undefined: 'unknown' } as const

/** The state of a cell in one word: measured, or if absent predicted. */
export function stateOf({ observed, predicted }: Cell): NonNullable<Cell['observed']> {
  return observed ?? (predicted === undefined ? 'unknown' : states[predicted])
}
