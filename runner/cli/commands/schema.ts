import { didYouMean } from '../../../policy/suggest.ts'
import { exitCodes } from '../../result/path-result.ts'
import type { Command } from '../command.ts'
import { printProblems } from '../problems.ts'

/** The published document types, each with its JSON Schema (draft 7). */
export const schemas: Readonly<Record<string, () => Promise<Record<string, unknown>>>> = {
  scenario: async () => (await import('../../scenario/json-schema.ts')).scenarioJsonSchema(),
  report: async () => (await import('../../report/schema.ts')).reportJsonSchema(),
  lint: async () => (await import('../../../lint/report/json-schema.ts')).lintJsonSchema(),
  matrix: async () => (await import('../../matrix/json-schema.ts')).matrixJsonSchema(),
  explain: async () => (await import('../../explain/json-schema.ts')).explanationJsonSchema(),
  diff: async () => (await import('../../diff/json-schema.ts')).changesJsonSchema(),
}

/** `crosscheck schema [NAME]` */
export const schema: Command = {
  name: 'schema',
  summary: 'print the JSON Schema of a document',
  define: (definition) => {
    definition.argument('[name]', `one of ${Object.keys(schemas).join(', ')}`, 'scenario')
  },
  run: async ({ args }, io) => {
    const name = String(args[0])
    const make = Object.hasOwn(schemas, name) ? schemas[name] : undefined
    if (make === undefined) {
      const names = Object.keys(schemas)
      const hint = didYouMean(name, names)
      const message = `there is no schema "${name}": expected ${names.join(', ')}`
      printProblems([{ severity: 'error', message, ...(hint !== undefined && { hint }) }], io)
      return exitCodes.usage
    }
    io.stdout.write(`${JSON.stringify(await make(), null, 2)}\n`)
    return exitCodes.pass
  },
}
