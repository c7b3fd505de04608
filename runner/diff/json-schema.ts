import { z } from 'zod'

const promised = z.enum(['allow', 'deny', 'undefined', 'absent'])

const changeSchema = z.strictObject({
  from: z.string().describe('namespace/workload, or `outside`'),
  to: z.string().describe('namespace/workload, or `outside`'),
  port: z.int().min(1).max(65_535),
  protocol: z.enum(['TCP', 'UDP', 'SCTP']),
  before: promised,
  after: promised,
  pods: z.int().min(0).describe('pairs of pods that change so'),
  ofPods: z.int().min(0).describe('all pairs of pods of the two workloads'),
})

export const changesSchema = z
  .strictObject({
    opens: z.array(changeSchema),
    closes: z.array(changeSchema),
    unclear: z
      .array(changeSchema)
      .describe('what the policies mean is not certain before, or after: `undefined` in `before` or `after`'),
  })
  .describe('What `crosscheck diff -o json` prints.')

/** The JSON Schema (draft 7) of the output of `crosscheck diff -o json`. */
export function changesJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(changesSchema, { target: 'draft-7' }), title: 'Crosscheck changes' }
}
