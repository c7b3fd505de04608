import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { rehearseFile } from '../scenarios/run-files.ts'
import { absent, image } from './opening.ts'

const folder = 'scenarios/conformance'
const files = readdirSync(folder).filter((name) => /^(?!fresh).*\.yaml$/.test(name))

describe.skipIf(absent !== undefined)(`the conformance pack${absent === undefined ? '' : `: ${absent}`}`, () => {
  it.each(files)(
    '%s holds on a cluster whose plugin does as the rules say',
    async (file) => {
      const { results } = await rehearseFile(`${folder}/${file}`, image)
      const wrong = results.filter(({ status, cause }) => status !== 'pass' || cause !== undefined)
      expect(wrong.map(({ from, to, step, why, explanation }) => [step, from, to, why, ...explanation])).toEqual([])
      expect(results.length).toBeGreaterThan(30)
    },
    600_000,
  )
})
