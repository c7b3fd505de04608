import { z } from 'zod'
import { bounds } from '../../checks/check.ts'
import { duration } from './duration.ts'
import { expectSchema } from './expectations.ts'

const word = z.string().min(1).max(2048)
const names = z.union([word, z.array(word).min(1)])

export const deadline = duration(bounds.deadlineMs).optional()
export const tags = z.array(z.string().min(1).max(100))

/** One entry of `paths`: every `from` to every `to`. */
export const pathSchema = z
  .strictObject({
    from: names.describe('A source, or several: every one of them asks.'),
    to: names.describe('A target, or several: each is asked. A name from targets, or a URL.'),
    expect: expectSchema,
    name: z.string().min(1).max(200).optional().describe('What the report calls it; unique in the scenario.'),
    why: z.string().min(1).max(1000).optional().describe('Why it must be so; shown when it is not.'),
    tags: tags.optional().describe('For run --only.'),
    family: z
      .union([z.literal(4), z.literal(6), z.literal('both')])
      .optional()
      .describe('The address family: 4, 6 or both; the first answer when absent.'),
    layer: z
      .union([z.literal(4), z.literal(7)])
      .optional()
      .describe('With blocked: 7 also takes a refusal after the handshake as a block (service mesh).'),
    blockedBy: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe('With blocked: what blocks where no NetworkPolicy does, such as firewall or mesh.'),
    control: z
      .strictObject({ from: word.describe('A source that reaches the same address in this run.') })
      .optional()
      .describe('For targets outside the cluster: the proof that somebody listens.'),
    deadline: deadline.describe('How long one check may take.'),
    attempts: z.int().min(bounds.attempts.min).max(bounds.attempts.max).optional().describe('New connections tried.'),
    only: z
      .literal(true, { error: 'expected true' })
      .optional()
      .describe('While one path has it, only such paths run.'),
    skip: z
      .string({ error: 'expected the reason, as text' })
      .min(1)
      .max(1000)
      .optional()
      .describe('The reason for not running it.'),
  })
  .superRefine(({ expect, layer, blockedBy, only, skip }, context) => {
    const blocked = expect === 'blocked'
    if (!blocked && layer === 7)
      context.addIssue({ code: 'custom', message: 'goes only with expect: blocked', path: ['layer'] })
    if (!blocked && blockedBy !== undefined) {
      context.addIssue({ code: 'custom', message: 'goes only with expect: blocked', path: ['blockedBy'] })
    }
    if (only && skip !== undefined) context.addIssue('only and skip contradict each other')
  })

export type PathSpec = z.output<typeof pathSchema>
