import { spawn } from 'node:child_process'
import { randomInt, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Figure } from './bench.ts'

const times = 20
/** The latest time of a kill, in milliseconds after the start. A lab of 20 pods is up and working before that. */
const latest = 2500
/** Milliseconds after which remaining resources count as leaked. */
const patience = 5000

/** Kills the runner of a lab at random times, and measures which resources remain and for how long. */
export async function killed(): Promise<readonly Figure[]> {
  const left = { processes: 0, mounts: 0, namespaces: 0, files: 0 }
  let longest = 0
  for (let i = 0; i < times; i++) {
    const folder = mkdtempSync(join(tmpdir(), 'crosscheck-bench-'))
    const before = state()
    const mark = randomUUID()
    const child = spawn(
      process.execPath,
      ['--no-warnings', fileURLToPath(new URL('lab-hold.ts', import.meta.url)), mark],
      {
        stdio: 'ignore',
        env: { ...process.env, CROSSCHECK_MARK: mark, TMPDIR: folder },
      },
    )
    await wait(randomInt(latest))
    const at = performance.now()
    child.kill('SIGKILL')
    await once(child, 'exit')
    while (marked(mark) > 0 && performance.now() - at < patience) await wait(5)
    longest = Math.max(longest, performance.now() - at)
    const after = state()
    left.processes += marked(mark)
    left.mounts += after.mounts.filter((each) => !before.mounts.includes(each)).length
    left.namespaces += after.named.filter((each) => !before.named.includes(each)).length
    left.files += readdirSync(folder).length
    rmSync(folder, { recursive: true })
  }
  return [
    ...Object.entries(left).map(([what, value]) => ({
      what: `${what} left after ${String(times)} × kill -9`,
      value,
      unit: '',
      goal: '0',
    })),
    { what: 'from the kill to the end of the last process, at most', value: longest, unit: 'ms', goal: '≤ 1,000' },
  ]
}

/** Namespace mounts and named network namespaces. An unnamed one exists only as long as one of its processes. */
function state(): { readonly mounts: readonly string[]; readonly named: readonly string[] } {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes('nsfs'))
  return { mounts, named: existsSync('/run/netns') ? readdirSync('/run/netns') : [] }
}

/** The number of processes on this machine with the mark in their environment. */
function marked(mark: string): number {
  const carries = (pid: string) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(mark)
    } catch {
      return false
    }
  }
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && carries(name)).length
}
