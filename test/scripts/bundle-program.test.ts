import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundleProgram } from '../../scripts/bundle-program.ts'
import { kubeconfig, serve, status } from '../fabric/kubernetes/api-server.ts'
import { crosscheck, type Ended } from '../runner/cli/crosscheck.ts'
import { folderWith } from '../runner/cli/folder.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
let dist: string

beforeAll(async () => {
  dist = mkdtempSync(join(tmpdir(), 'crosscheck-bundle-'))
  await bundleProgram(root, dist)
})
afterAll(() => rmSync(dist, { recursive: true }))

/** The bundle as a process of its own; it keeps compiled code below `cache`. */
async function bundled(args: readonly string[], cache: string): Promise<Ended> {
  const env = { ...process.env, NO_COLOR: '', NODE_COMPILE_CACHE: '', NODE_V8_COVERAGE: '', TMPDIR: cache }
  const child = promisify(execFile)(process.execPath, [join(dist, 'crosscheck.js'), ...args], { cwd: root, env })
  return child.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  )
}

const untimed = ({ stdout, ...rest }: Ended) => ({ ...rest, stdout: stdout.replace(/in [\d.]+ s$/m, '') })

/** Files of kept code, by their names without the version of Node, with the time of their last change. */
function kept(cache: string): ReadonlyMap<string, bigint> {
  const [own] = readdirSync(cache).filter((name) => name.startsWith('crosscheck-'))
  const files = own === undefined ? [] : readdirSync(join(cache, own))
  return new Map(
    files.map((file) => [file.replace(/^.*-/, ''), statSync(join(cache, own!, file), { bigint: true }).mtimeNs]),
  )
}

test.each([
  [['--help']],
  [['validate', 'scenarios/trackdechets']],
  [['lint', '-f', 'scenarios/stacks', '-o', 'json']],
  [['run', '--predict', 'scenarios/stacks']],
  [['explain', '--help']],
  [['schema', 'report']],
  [['valid']],
])('the bundle answers as the source does, compiled or not: %j', async (args) => {
  const cache = await folderWith({})
  const expected = untimed(await crosscheck(args, { cwd: root }))
  for (const _ of ['compiled', 'kept']) expect(untimed(await bundled(args, cache))).toEqual(expected)
})

test('compiled code is kept by command, once; and none of a command that there is not', async () => {
  const cache = await folderWith({})
  for (const args of [['--version'], ['schema', 'lint'], ['valid']]) await bundled(args, cache)
  const first = kept(cache)
  expect([...first.keys()]).toEqual(['help', 'schema'])
  for (const args of [['--version'], ['schema', 'lint']]) await bundled(args, cache)
  expect(kept(cache)).toEqual(first)
})

test('a bundle that only commands are asked of loads nothing of what speaks to clusters', () => {
  const cluster = readdirSync(dist).find((file) => file.startsWith('cluster-'))
  expect(readFileSync(join(dist, cluster!), 'latin1')).toContain('HeadersTimeoutError')
  const others = readdirSync(dist).filter((file) => file.endsWith('.cjs') && file !== cluster)
  const withUndici = others.filter((file) => readFileSync(join(dist, file), 'latin1').includes('HeadersTimeoutError'))
  expect(withUndici).toEqual([])
})

test('every chunk is plain ASCII, as it is read', () => {
  for (const file of readdirSync(dist)) expect(readFileSync(join(dist, file)).every((byte) => byte < 128)).toBe(true)
})

test('the bundle logs in to a cluster, and tells its refusal as the source does', async () => {
  const authorizations: (string | undefined)[] = []
  const server = await serve(({ headers }, response) => {
    authorizations.push(headers.authorization)
    response.writeHead(403).end(status(403, 'Forbidden', 'nobody may'))
  })
  const args = ['lint', '--kubeconfig', kubeconfig(server)]
  const expected = await crosscheck(args)
  expect(expected.stderr).toContain('nobody may')
  const asked = authorizations.splice(0)
  expect(await bundled(args, await folderWith({}))).toEqual(expected)
  expect(authorizations).toEqual(asked)
  expect(new Set(asked)).toEqual(new Set(['Bearer bearer']))
})
