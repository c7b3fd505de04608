import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { scenarioJsonSchema } from '../../../runner/scenario/json-schema.ts'

const schema = scenarioJsonSchema()
const editor = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0])
const valid = new URL('valid/', import.meta.url)

test.each(readdirSync(valid))('an editor accepts %s', (file) => {
  for (const document of parseAllDocuments(readFileSync(new URL(file, valid), 'utf8'))) {
    expect(editor.safeParse(document.toJS()).error?.issues).toBeUndefined()
  }
})

test.each(['unknown-key', 'unknown-key-in-path', 'wrong-type', 'wrong-rcode', 'kind', 'missing-key', 'attempts'])(
  'an editor refuses %s',
  (name) => {
    const text = readFileSync(new URL(`invalid/${name}.yaml`, import.meta.url), 'utf8')
    expect(editor.safeParse(parseAllDocuments(text)[0]?.toJS()).success).toBe(false)
  },
)

test('every key of the spec, of a path, a source and a target is described', () => {
  expect(undescribed(schema)).toEqual([])
})

/** Properties of objects under `spec` that lack a description, itself or in one of its forms. */
function undescribed(root: Record<string, unknown>): string[] {
  const properties = (node: unknown) => (node as { properties?: Record<string, Schema> }).properties ?? {}
  const spec = properties(properties(root).spec)
  const item = (node: Schema | undefined) => (node?.anyOf ?? [node]).find((form) => form?.type === 'object') ?? {}
  const groups = {
    spec,
    path: properties(spec.paths?.items),
    step: properties(spec.steps?.items),
    source: properties(item(spec.sources?.additionalProperties)),
    target: properties(item(spec.targets?.additionalProperties)),
  }
  return Object.entries(groups).flatMap(([group, keys]) => {
    expect(Object.keys(keys).length, group).toBeGreaterThan(3)
    return Object.entries(keys).flatMap(([key, { description }]) =>
      description === undefined ? [`${group}.${key}`] : [],
    )
  })
}

interface Schema {
  readonly type?: string
  readonly description?: string
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly additionalProperties?: Schema
}
