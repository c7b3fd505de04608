import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { commands } from '../../runner/cli/commands/commands.ts'
import { crosscheck, ended, start } from './cli/crosscheck.ts'
import { folderWith } from './cli/folder.ts'

test('without arguments, as with --help, the commands and exit codes are listed on stdout', async () => {
  const [bare, help] = await Promise.all([crosscheck([]), crosscheck(['--help'])])
  expect(bare).toEqual(help)
  expect(help).toMatchObject({ code: 0, stderr: '' })
  for (const { name } of commands) expect(help.stdout).toContain(`\n  ${name} `)
  expect(help.stdout).toContain('Exit codes: 0 all passed')
})

test('the version is that of package.json', async () => {
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string }
  expect(await crosscheck(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
})

test.each([
  [['valdate'], "crosscheck: error: unknown command 'valdate'\n(Did you mean validate?)\n"],
  [['validate', '--sett', 'a=b'], "crosscheck: error: unknown option '--sett'\n(Did you mean --set?)\n"],
  [['schema', 'one', 'two'], expect.stringContaining('too many arguments')],
  [['matrix', '--port'], expect.stringContaining("option '--port <port/protocol>' argument missing")],
])('wrong usage %j ends with 2, on stderr', async (args, stderr) => {
  expect(await crosscheck(args)).toEqual({ code: 2, stdout: '', stderr })
})

test('a reader that leaves is no error', async () => {
  const child = start(['schema'])
  child.stdout.destroy()
  child.stdin.end()
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk
  })
  expect([...(await once(child, 'close')), stderr]).toEqual([0, null, ''])
})

test.each([
  ['SIGINT', 130, '\ncrosscheck: stopping; Ctrl-C again ends at once\ncrosscheck: interrupted by SIGINT\n'],
  ['SIGTERM', 143, 'crosscheck: interrupted by SIGTERM\n'],
] as const)('%s ends a command that waits for its input with %d', async (signal, code, stderr) => {
  const child = start(['matrix', '--lab', '-f', '-'])
  const end = ended(child)
  // More than a pipe holds: it is through only when the command reads.
  child.stdin.on('error', () => undefined)
  await new Promise((resolve) => child.stdin.write('# \n'.repeat(100_000), resolve))
  child.kill(signal)
  expect(await end).toEqual({ code, stdout: '', stderr })
})

test('broken machinery is one sentence with its cause and ends with 4', async () => {
  const folder = await folderWith({ 'pod.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: { name: a }\n' })
  const args = ['validate', 'scenarios/nova-after', '-o', `json=${folder}/pod.yaml/report.json`]
  expect(await crosscheck(args)).toMatchObject({
    code: 4,
    stdout: '',
    stderr: expect.stringMatching(/^crosscheck: \S+report.json cannot be written: E[A-Z]+: .*\n$/),
  })
})

test('a fault of Crosscheck itself is not taken for a path that failed', async () => {
  const NODE_OPTIONS = '--import=data:text/javascript,process.on(`beforeExit`,()=>{throw%20Error(7)})'
  const { code, stderr } = await crosscheck(['--version'], { environment: { NODE_OPTIONS } })
  expect({ code, stderr }).toEqual({ code: 4, stderr: expect.stringMatching(/^crosscheck: Error: 7\n/) })
})
