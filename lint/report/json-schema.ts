import { z } from 'zod'
import { type Reason, reasons } from '../../fabric/manifests/passed-over.ts'
import { severities } from '../rule.ts'

/** The output of `crosscheck lint -o json`. */
const lintSchema = z.strictObject({
  findings: z.array(
    z.strictObject({
      rule: z.string().describe('the id of the rule, as docs/reference/lint/README.md lists them'),
      severity: z.enum(severities),
      message: z.string(),
      file: z.string(),
      line: z.int().min(1),
      column: z.int().min(1),
      object: z.string().describe('Kind namespace/name; empty where the text is no object'),
      fix: z.string().optional().describe('what to write'),
    }),
  ),
  passedOver: z
    .array(
      z.strictObject({
        file: z.string(),
        why: z.enum(Object.keys(reasons) as [Reason, ...Reason[]]),
        hides: z.boolean().describe('objects that are not in the input may be rendered from it'),
      }),
    )
    .describe('files of folders that hold no Kubernetes object'),
  unreadable: z.array(z.string()).describe('files with objects that could not be read'),
  withheld: z
    .array(z.string())
    .describe('rules that were not run, because what they miss may be in what could not be read'),
  alternatives: z
    .array(z.array(z.string()))
    .describe('sets of files that were linted apart, because a cluster has one of them'),
})

export type LintDocument = z.infer<typeof lintSchema>

/** Returns its JSON Schema (draft 7). */
export function lintJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(lintSchema, { target: 'draft-7' }), title: 'Crosscheck lint' }
}
