import { z } from 'zod'
import { invalid } from './duration.ts'
import type { NamedObject } from './model.ts'
import { pathSchema } from './paths.ts'
import { objectOf, parseNoun } from './resource-names.ts'
import { labelChanges } from './selectors.ts'

const objectRef = z.string().transform((text, context): NamedObject => {
  const noun = parseNoun(text)
  return typeof noun === 'string' ? invalid(context, noun) : objectOf(noun)
})

const changes = ['apply', 'delete', 'label'] as const

/** One entry of `steps`: exactly one change, then the paths to check. */
export const stepSchema = z
  .strictObject({
    name: z.string().min(1).max(200).optional().describe('What the report calls it.'),
    apply: z.array(z.string().min(1)).min(1).optional().describe("Manifests below the scenario's folder."),
    delete: z.array(objectRef).min(1).optional().describe('Objects as namespace/kind/name.'),
    label: z
      .strictObject({
        object: objectRef.describe('namespace/kind/name, or ns/NAME for a namespace.'),
        labels: labelChanges.describe('New values; null removes a label.'),
      })
      .optional()
      .describe('Changes labels.'),
    paths: z.array(pathSchema).default([]).describe('What must hold after the change.'),
  })
  .superRefine((step, context) => {
    const given = changes.filter((key) => step[key] !== undefined)
    if (given.length !== 1) {
      context.addIssue(
        `a step has exactly one of ${changes.join(', ')}${given.length > 1 ? `, got ${given.join(' and ')}` : ''}`,
      )
    }
  })

export type StepSpec = z.output<typeof stepSchema>
