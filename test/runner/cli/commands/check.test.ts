import { readFile } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { crosscheck, ended, start } from '../crosscheck.ts'
import { town } from '../town.ts'

const inTown = (args: readonly string[]) => crosscheck(['check', ...args, '--lab', '-f', '-'], { input: town })

test('an open path is told with what answered, by every way to name its ends', async () => {
  for (const [from, to] of [
    ['front/pod/ui', 'tcp://api.back:80'],
    ['front/po/ui', 'back/svc/api'],
    ['ns/front', 'back/pod/api'],
  ]) {
    const { code, stdout } = await inTown([from!, to!])
    expect(stdout).toMatch(/^open: /)
    expect(code).toBe(0)
  }
})

test('a blocked path is told with its controls and the nearest policy; the exit code follows what was expected', async () => {
  const plain = await inTown(['front/pod/ui', 'back/svc/db'])
  expect(plain.stdout).toMatch(/^blocked: /)
  expect(plain.stdout).toContain('isolated by back/closed (<stdin>:35)')
  expect(plain.stdout).toContain('control    back/db answers on')
  expect(plain.code).toBe(1)
  const asked = await inTown(['front/pod/ui', 'back/svc/db', '--expect', 'blocked', '-o', 'json'])
  expect(JSON.parse(asked.stdout)).toMatchObject({
    answer: 'blocked',
    path: { status: 'pass', predicted: { verdict: 'deny' } },
  })
  expect(asked.code).toBe(0)
})

test('what does not work for another reason than a block is told apart', async () => {
  const { code, stdout } = await inTown(['front/pod/ui', 'tcp://api:80'])
  expect(stdout).toMatch(/^does not work: /)
  expect(stdout).toContain('write api.back.svc.cluster.local')
  expect(code).toBe(1)
})

test('an end that does not exist is a mistake, with a suggestion', async () => {
  const { code, stderr } = await inTown(['front/pod/uii', 'back/svc/apy'])
  expect(stderr).toContain('FROM: there is no pod front/uii: did you mean ui?')
  expect(stderr).toContain('TO: namespace back has no Service apy: did you mean api?')
  expect(code).toBe(2)
})

test('interrupted before anything was shown, it says so and ends with the code of the signal', async () => {
  const child = start(['check', 'front/pod/ui', 'back/svc/db', '--lab', '-f', '-'])
  const end = ended(child)
  child.stdin.end(town)
  while ((await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')).trim() === '') await setImmediate()
  child.kill('SIGINT')
  expect(await end).toMatchObject({ code: 130, stdout: expect.stringMatching(/^not known: .*\n.*interrupted/) })
})
