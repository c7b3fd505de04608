import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Identity } from '../../../fabric/fabric.ts'
import { worldWords } from '../../../runner/cli/world-words.ts'
import { fixLine } from '../../../runner/judge/fix-line.ts'
import type { PlannedPath } from '../../../runner/plan/paths.ts'
import { crosscheck } from './crosscheck.ts'
import { folderWith } from './folder.ts'
import { town } from './town.ts'

const place = { file: 'x', line: 1, column: 1 }
const planned = {
  source: { identity: { kind: 'like', namespace: 'front', workload: 'deployment/ui' } satisfies Identity },
  path: { target: { kind: 'http', url: "http://api.back/it's?a=1&b=2" } },
} as unknown as PlannedPath

test('a printed command names the world by the options that were typed, quoted for a shell', () => {
  const options = { filename: ['a b.yaml', '-'], kustomize: ['overlays/prod'], namespace: 'shop', kubernetes: '1.36' }
  expect(worldWords(options)).toEqual(["-f 'a b.yaml'", '-f -', '-k overlays/prod', '-n shop', '--kubernetes 1.36'])
  expect(worldWords({ context: 'kind staging', kubeconfig: 'k.conf' })).toEqual([
    "--context 'kind staging'",
    '--kubeconfig k.conf',
  ])
})

test('the command of a report quotes its ends and names the manifests of the scenario, or those of the command line', () => {
  const manifests = [{ path: "all's.yaml", place }]
  expect(fixLine(planned, { words: [], manifests })).toBe(
    "crosscheck explain front/deployment/ui 'http://api.back/it'\\''s?a=1&b=2' -f 'all'\\''s.yaml'",
  )
  expect(fixLine(planned, { words: ['--context kind-staging'], manifests: [] })).toMatch(/2' --context kind-staging$/)
})

test('explain ends with a command that works as it stands', async () => {
  const folder = await folderWith({ 'my town.yaml': town })
  const file = join(folder, 'my town.yaml')
  const { stdout } = await crosscheck(['explain', 'front/pod/ui', 'back/svc/db', '-f', file])
  expect(stdout).toContain(`\n  crosscheck check front/pod/ui back/svc/db --lab -f '${file}' --expect blocked\n`)
})

test('check prints a command with the manifests that it was given', async () => {
  const { stdout } = await crosscheck(
    ['check', 'front/pod/ui', 'back/svc/db', '--expect', 'open', '--lab', '-f', '-', '-o', 'json'],
    { input: town },
  )
  expect(JSON.parse(stdout).path.fix).toBe('crosscheck explain front/pod/ui tcp://db.back:5432 -f -')
}, 60_000)
