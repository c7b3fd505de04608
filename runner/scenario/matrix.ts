import { z } from 'zod'

const names = z.array(z.string().min(1).max(2048)).min(1)

/** A closed world: every `from` to every `to` is blocked unless `allowed` lists it. */
export const matrixSchema = z.strictObject({
  from: names.describe('Names of sources.'),
  to: names.describe('Names of targets.'),
  allowed: z
    .array(z.string())
    .default([])
    .describe('What must be open: "source -> target"; * stands for every source or target of the matrix.'),
  why: z.string().min(1).max(1000).optional().describe('Why the rest must be blocked.'),
  tags: z.array(z.string().min(1).max(100)).optional().describe('For run --only.'),
})

export type MatrixSpec = z.output<typeof matrixSchema>

/** The two sides of `source -> target`; undefined for any other text. */
export function parseArrow(text: string): { readonly from: string; readonly to: string } | undefined {
  const [, from, to] = /^\s*(\S+)\s*->\s*(\S+)\s*$/.exec(text) ?? []
  return from === undefined || to === undefined ? undefined : { from, to }
}
