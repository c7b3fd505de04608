import { z } from 'zod'

const time = z.string().describe('RFC 3339')
const verdict = z.enum(['allow', 'deny', 'undefined'])
const paths = z
  .array(z.string())
  .describe('`frontend/ui -> backend/api:4000/TCP`, by workload, over all ports and pods that could exist')

const changesSchema = z
  .strictObject({
    since: time,
    until: time,
    changes: z
      .array(
        z.strictObject({
          at: time,
          object: z.string().describe('`NetworkPolicy backend/allow-ui`'),
          what: z.string().describe('`created`, or what was written: `spec`, `labels`, `pod template`, `endpoints`'),
          by: z.string().describe('the field manager; empty where none is named'),
        }),
      )
      .describe('the last one first'),
    unread: z.array(z.string()).describe('what could not be looked at'),
  })
  .describe('of a live cluster: what was written on this path of late')

const sideSchema = z.strictObject({
  direction: z.enum(['egress', 'ingress']),
  subject: z.string(),
  allowed: z.boolean(),
  why: z.string().describe('who decides, in a sentence'),
  nearestMiss: z.string().optional().describe('the rule that misses least, and by what'),
  others: z.array(z.string()).describe('why each other rule that was asked does not admit it'),
})

const hopSchema = z.strictObject({
  to: z.array(z.string()).describe('endpoints of which policies say the same'),
  verdict,
  sides: z.array(sideSchema),
  remarks: z.array(z.string()).describe('what the verdict rests on, and what might overrule it'),
  mayBeOverriddenBy: z
    .array(z.string())
    .describe('policies of kinds that are not evaluated and may decide otherwise, as `Kind namespace/name`'),
})

const fixSchema = z.strictObject({
  verdict: z.enum(['allow', 'deny']).describe('what becomes of the path, where nothing remains'),
  what: z.array(z.string()),
  yaml: z.string().describe('manifests to apply'),
  replace: z.array(z.string()).describe('what to write in place of a placeholder before it is applied'),
  remains: z.array(z.string()).describe('what stands in the way with it applied; empty: it is complete'),
  opens: paths,
  closes: paths,
  unclear: paths,
  remarks: z.array(z.string()).describe('what else follows from it'),
  lint: z.array(z.string()).describe('what `crosscheck lint` finds in the policies that it changes'),
})

const answer = z.enum(['allow', 'deny', 'undefined', 'partly', 'unresolved', 'unreachable'])

export const explanationSchema = z
  .strictObject({
    from: z.string(),
    to: z.string(),
    verdict: answer.describe(
      '`partly`: some addresses are open; `unresolved`: the name does not resolve, whatever becomes of its addresses; `unreachable`: nothing is there to be reached',
    ),
    places: z
      .array(z.strictObject({ place: z.string().describe('node n1, pods db-0, db-1'), verdict: answer }))
      .describe('of a source whose pods differ on the way: the verdict from each place'),
    changes: changesSchema.optional(),
    unread: z.array(z.string()).describe('what could not be read and may decide'),
    assumed: z.array(z.string()).describe('what the manifests do not have and the answer shows all the same'),
    dependsOn: z
      .array(z.string())
      .describe('what a denial depends on that the input does not say, or that differs by plugin'),
    way: z.array(z.string()).describe('what happens before any policy is asked'),
    dns: z.array(hopSchema).describe('the question to DNS that comes first'),
    hops: z.array(hopSchema),
    fixes: z
      .array(fixSchema)
      .describe(
        'what would flip it: corrections of what matches nothing, then the one with the fewest side effects first',
      ),
    proof: z.string().describe('the command that proves it with packets'),
  })
  .describe('What `crosscheck explain -o json` prints.')

/** The JSON Schema (draft 7) of the output of `crosscheck explain -o json`. */
export function explanationJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(explanationSchema, { target: 'draft-7' }), title: 'Crosscheck explanation' }
}
