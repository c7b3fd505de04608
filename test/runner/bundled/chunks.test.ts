import { expect, test } from 'vitest'
import { startChunk } from '../../../runner/bundled/chunks.ts'
import { folderWith } from '../cli/folder.ts'

const nothing = new Map<string, Buffer>()

/** A program of two chunks that says in a variable of the process what it did; in a folder of its own, because within a process V8 knows a file again. */
async function program(said: string): Promise<string> {
  return folderWith({
    'main.cjs': `const { twice } = require('./late.cjs'); globalThis.${said} = [twice(2), require('./late.cjs') === require('./late.cjs'), require('node:path').basename(__filename), typeof module.exports]`,
    'late.cjs': 'module.exports = { twice: (n) => 2 * n }',
  })
}

test('chunks find each other, what Node has, and themselves', async () => {
  startChunk(await program('alone'), './main.cjs', nothing)
  expect(Reflect.get(globalThis, 'alone')).toEqual([4, true, 'main.cjs', 'object'])
})

test('what was compiled of chunks is used at the next start, and nothing is new then', async () => {
  const first = startChunk(await program('again'), './main.cjs', nothing)
  expect(first.isNew()).toBe(true)
  Reflect.deleteProperty(globalThis, 'again')
  const second = startChunk(await program('again'), './main.cjs', first.compiled())
  expect(second.isNew()).toBe(false)
  expect(Reflect.get(globalThis, 'again')).toEqual([4, true, 'main.cjs', 'object'])
})

test('what another V8 compiled is passed over, and is new', async () => {
  const { compiled } = startChunk(await program('other'), './main.cjs', nothing)
  const alien = new Map([...compiled()].map(([name, bytes]) => [name, Buffer.from(bytes.map((byte) => byte ^ 0x55))]))
  expect(startChunk(await program('other'), './main.cjs', alien).isNew()).toBe(true)
  expect(Reflect.get(globalThis, 'other')).toEqual([4, true, 'main.cjs', 'object'])
})

test('what is thrown in a chunk names its file', async () => {
  const folder = await folderWith({ 'main.cjs': 'throw new Error("wrong")' })
  const thrown = (() => {
    try {
      startChunk(folder, './main.cjs', nothing)
    } catch (error) {
      return error as Error
    }
    return undefined
  })()
  expect(thrown?.stack).toContain(`${folder}/main.cjs:1`)
})
