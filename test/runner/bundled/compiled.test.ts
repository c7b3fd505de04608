import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compiledFolder, readCompiled, writeCompiled } from '../../../runner/bundled/compiled.ts'
import { folderWith } from '../cli/folder.ts'

const user = process.getuid!()
const compiled = new Map([
  ['./a.cjs', Buffer.from('of a')],
  ['./b.cjs', Buffer.from('of the other')],
])
const fresh = async () => join(await folderWith({}), 'own')

test('what is kept is found again, each chunk by its name', async () => {
  const folder = await fresh()
  writeCompiled(folder, 'run', user, compiled)
  expect(readCompiled(folder, 'run', user)).toEqual(compiled)
  expect(readCompiled(folder, 'lint', user).size).toBe(0)
})

test('what is kept later replaces it, and nothing else is left in the folder', async () => {
  const folder = await fresh()
  writeCompiled(folder, 'run', user, compiled)
  writeCompiled(folder, 'run', user, new Map([['./c.cjs', Buffer.from('c')]]))
  expect([...readCompiled(folder, 'run', user).keys()]).toEqual(['./c.cjs'])
  expect(readdirSync(folder)).toEqual(['run'])
})

test.each([0, 5, 12, -1])('a file of which a byte is another is as good as none: byte %i', async (at) => {
  const folder = await fresh()
  writeCompiled(folder, 'run', user, compiled)
  const bytes = readFileSync(join(folder, 'run'))
  bytes[at < 0 ? bytes.length + at : at]! ^= 1
  writeFileSync(join(folder, 'run'), bytes)
  expect(readCompiled(folder, 'run', user).size).toBe(0)
})

test('a file that was cut off is as good as none', async () => {
  const folder = await fresh()
  writeCompiled(folder, 'run', user, compiled)
  for (const length of [0, 7, 20]) {
    writeFileSync(join(folder, 'run'), readFileSync(join(folder, 'run')).subarray(0, length))
    expect(readCompiled(folder, 'run', user).size).toBe(0)
  }
})

test('nothing is taken from a folder that others may write to, and nothing put there', async () => {
  const folder = await fresh()
  writeCompiled(folder, 'run', user, compiled)
  chmodSync(folder, 0o777)
  expect(readCompiled(folder, 'run', user).size).toBe(0)
  writeCompiled(folder, 'lint', user, compiled)
  expect(readdirSync(folder)).toEqual(['run'])
})

test('nothing is taken from the folder of another user, and nothing put there', async () => {
  const folder = await fresh()
  writeCompiled(folder, 'run', user, compiled)
  expect(readCompiled(folder, 'run', user + 1).size).toBe(0)
  writeCompiled(folder, 'lint', user + 1, compiled)
  expect(readdirSync(folder)).toEqual(['run'])
})

test('a link in place of the folder is not followed', async () => {
  const folder = await fresh()
  writeCompiled(folder, 'run', user, compiled)
  renameSync(folder, `${folder}-elsewhere`)
  symlinkSync(`${folder}-elsewhere`, folder)
  expect(readCompiled(folder, 'run', user).size).toBe(0)
  writeCompiled(folder, 'lint', user, compiled)
  expect(readdirSync(folder)).toEqual(['run'])
})

test('where nothing can be written nothing happens', async () => {
  const folder = await folderWith({ file: '' })
  writeCompiled(join(folder, 'file', 'own'), 'run', user, compiled)
  mkdirSync(join(folder, 'own', 'run'), { recursive: true, mode: 0o700 })
  writeCompiled(join(folder, 'own'), 'run', user, compiled)
  expect(readdirSync(join(folder, 'own'))).toEqual(['run'])
})

test.each([
  [{}, '/tmp/crosscheck-7'],
  [{ NODE_COMPILE_CACHE: '/cache' }, '/cache/crosscheck-7'],
  [{ NODE_DISABLE_COMPILE_CACHE: '1' }, undefined],
  [{ NODE_DISABLE_COMPILE_CACHE: '1', NODE_COMPILE_CACHE: '/cache' }, undefined],
  [{ NODE_V8_COVERAGE: 'coverage' }, undefined],
])('compiled code is kept where Node would keep it, or not at all: %j', (environment, folder) => {
  expect(compiledFolder({ environment, temporaryFolder: '/tmp', user: 7 })).toBe(folder)
})
