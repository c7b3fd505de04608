import { z } from 'zod'
import { labSettingsSchema } from '../../lab/settings.ts'
import { duration } from './duration.ts'
import { matrixSchema } from './matrix.ts'
import { deadline, pathSchema, tags } from './paths.ts'
import { sourceSchema } from './sources.ts'
import { stepSchema } from './steps.ts'
import { targetSchema } from './targets.ts'

export const apiVersion = 'crosscheck.dev/v1alpha1'

/** Names of sources and targets: one word, so that they differ from `a -> b`, URLs and nouns. */
const name = z.string().regex(/^[A-Za-z0-9](?:[-._A-Za-z0-9]{0,99})$/, {
  error: (issue) => `"${issue.input}" is no name: letters, digits, '-', '.' and '_', at most 100`,
})

const variableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, {
  error: (issue) => `"${issue.input}" is no variable name: letters, digits and '_'`,
})

const variables = z.record(variableName, z.union([z.string(), z.number(), z.boolean(), z.null()]))

const lab = labSettingsSchema.extend({
  policyDelay: duration({ min: 0, max: 60_000 })
    .default(0)
    .describe('How long policies take to know a fresh pod as a peer.'),
})

const spec = z.strictObject({
  variables: variables
    .default({})
    .describe(
      'Names with their defaults, changed by --set NAME=VALUE, used in any text as a name in braces after a dollar sign; null: --set must give it.',
    ),
  manifests: z
    .array(z.string().min(1))
    .default([])
    .describe("Files and folders with the system's objects, below the scenario's folder."),
  lab: lab.prefault({}).describe('What the lab imitates.'),
  mesh: z
    .boolean()
    .default(false)
    .describe('On a cluster, probes take the sidecar of a service mesh, which they decline otherwise.'),
  settle: duration({ min: 0, max: 3_600_000 })
    .optional()
    .describe('How long to wait for policies to be in force; 0 turns it off, automatic when absent.'),
  deadline: deadline.describe('Deadline of every check that gives none itself.'),
  sources: z.record(name, sourceSchema).default({}).describe('Who asks, by name.'),
  targets: z.record(name, targetSchema).default({}).describe('What is asked for, by name.'),
  paths: z.array(pathSchema).default([]).describe('What must be open and what must be blocked.'),
  matrix: z
    .union([matrixSchema, z.array(matrixSchema).min(1)])
    .optional()
    .describe('A closed world, or several: what is not listed is blocked.'),
  steps: z.array(stepSchema).default([]).describe('Changes, each with what must hold after it.'),
})

/** The scenario file (docs/reference/scenario-file.md). The schema checks the structure only; link.ts links the names. */
export const scenarioSchema = z.strictObject({
  apiVersion: z.literal(apiVersion),
  kind: z.literal('Scenario'),
  metadata: z.strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9](?:[-._A-Za-z0-9]{0,99})$/, { error: (issue) => `"${issue.input}" is no name` })
      .describe('What the report calls the scenario.'),
    description: z.string().max(10_000).optional(),
    tags: tags.optional().describe('For run --only.'),
  }),
  spec,
})

export type ScenarioSpec = z.output<typeof scenarioSchema>
