import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { nodeEnvironment, nodeFlags } from '../../scripts/build-probe.ts'

const variables = Object.entries(nodeEnvironment).map(([name, value]) => `${name}=${value}`)

test('the image and the page on the probe start Node as the bench measures it', () => {
  const page = readFileSync('docs/reference/probe.md', 'utf8')
  expect(page).toContain(`${variables.join(' ')} node ${nodeFlags.join(' ')} dist/probe.cjs`)
  const dockerfile = readFileSync('Dockerfile', 'utf8')
  for (const variable of variables) expect(dockerfile).toMatch(new RegExp(`^ENV .*\\b${variable}\\b`, 'm'))
  const entrypoint = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(dockerfile)![1]!) as string[]
  expect(entrypoint).toEqual(expect.arrayContaining([...nodeFlags]))
})
