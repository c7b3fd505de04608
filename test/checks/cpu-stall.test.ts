import { execFile, spawn } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { startPatience, stopPatience } from '../../checks/cpu-stall.ts'

/** Always ready to run, on the first processor alone. */
const pinned = ['-c', '0', process.execPath, '-e']
const busy = 'const until = Date.now() + 30_000; while (Date.now() < until);'
/** Always ready to run; says how many times 200 ms it was given until its patience of 200 ms ended. */
const patient = (times: number) => `
  import { startPatience } from '${new URL('../../checks/cpu-stall.ts', import.meta.url).href}'
  const began = performance.now()
  let ended = false
  startPatience(200, () => {
    ended = true
    console.log((performance.now() - began) / 200)
  }, undefined, ${times})
  const work = () => {
    const until = performance.now() + 5
    while (performance.now() < until);
    if (!ended) setImmediate(work)
  }
  work()
`

test('the time in which others had the processor is given back, within a bound', async () => {
  for (let rival = 0; rival < 6; rival++) {
    const child = spawn('taskset', [...pinned, busy])
    onTestFinished(() => void child.kill('SIGKILL'))
  }
  const waited = async (times: number) =>
    Number((await promisify(execFile)('taskset', [...pinned, patient(times)])).stdout)
  expect(await waited(3)).toBeGreaterThan(2.5)
  expect(await waited(0)).toBeLessThan(2.5)
})

test('a patience that was stopped never ends', async () => {
  let ended = false
  const patience = startPatience(
    1,
    () => {
      ended = true
    },
    undefined,
  )
  stopPatience(patience)
  await new Promise((resolve) => startPatience(30, resolve, undefined))
  expect(ended).toBe(false)
})
