import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { processesWith } from './opening.ts'

const program = fileURLToPath(new URL('hold.ts', import.meta.url))

/** A process of its own that opens a lab; both carry the mark. */
function hold(): { readonly child: ChildProcess; readonly mark: string; readonly up: Promise<unknown> } {
  const mark = randomUUID()
  const child = spawn(process.execPath, [program, mark], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, CROSSCHECK_MARK: mark },
  })
  return { child, mark, up: once(child.stdout, 'data') }
}

/** Polls until no process carries the mark, for 10 seconds; the namespaces and mounts of a lab live only as long as one does. */
async function leftovers(mark: string): Promise<readonly string[]> {
  for (const end = Date.now() + 10_000; ; await wait(20)) {
    const left = processesWith(mark)
    if (left.length === 0 || Date.now() > end) return left
  }
}

const isWorker = (line: string): boolean => line.includes('worker/main.ts') && !line.includes('unshare')

describe('a lab whose processes are killed', () => {
  it('has processes that a search for its mark finds', async () => {
    const { child, mark, up } = hold()
    await up
    expect(processesWith(mark).some(isWorker)).toBe(true)
    child.kill('SIGKILL')
    expect(await leftovers(mark)).toEqual([])
  })

  it.each([1, 2, 3, 4, 5])('leaves nothing behind when the runner is killed at any moment (%i)', async () => {
    const { child, mark } = hold()
    await wait(randomInt(1200))
    child.kill('SIGKILL')
    expect(await leftovers(mark)).toEqual([])
  })

  it('leaves nothing behind when the worker is killed', async () => {
    const { child, mark, up } = hold()
    await up
    process.kill(Number.parseInt(processesWith(mark).find(isWorker)!, 10), 'SIGKILL')
    const labs = async () => processesWith(mark).filter((line) => !line.includes('hold.ts'))
    await expect.poll(labs, { timeout: 10_000 }).toEqual([])
    child.kill('SIGKILL')
  })

  it('leaves nothing behind when unshare is killed', async () => {
    const { child, mark, up } = hold()
    await up
    process.kill(Number.parseInt(processesWith(mark).find((line) => line.includes('unshare'))!, 10), 'SIGKILL')
    const labs = async () => processesWith(mark).filter((line) => !line.includes('hold.ts'))
    await expect.poll(labs, { timeout: 10_000 }).toEqual([])
    child.kill('SIGKILL')
  })

  it('leaves nothing behind after Ctrl-C', async () => {
    const { child, mark, up } = hold()
    await up
    child.kill('SIGINT')
    expect(await leftovers(mark)).toEqual([])
  })
})
