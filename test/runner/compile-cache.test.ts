import { chmodSync, lstatSync, readdirSync, renameSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ownFolder } from '../../runner/compile-cache.ts'
import { crosscheck } from './cli/crosscheck.ts'
import { folderWith } from './cli/folder.ts'

const user = process.getuid!()
const name = `crosscheck-${user}`

test('what is compiled is kept in a folder that nobody else may look into', async () => {
  const temporaryFolder = await folderWith({})
  const { stdout } = await crosscheck(['--help'], { environment: { TMPDIR: temporaryFolder } })
  expect(stdout).toContain('Usage: crosscheck')
  expect(readdirSync(temporaryFolder)).toEqual([name])
  expect(lstatSync(join(temporaryFolder, name)).mode & 0o777).toBe(0o700)
  expect(readdirSync(join(temporaryFolder, name))).toHaveLength(1)
})

test.each([
  ['that others may write to', (folder: string) => chmodSync(folder, 0o777)],
  [
    'that a link leads to',
    (folder: string) => {
      renameSync(folder, `${folder}-elsewhere`)
      symlinkSync(`${folder}-elsewhere`, folder)
    },
  ],
])('nothing is taken from a folder %s, and nothing put there', async (_, change) => {
  const temporaryFolder = await folderWith({ [`${name}/mark`]: '' })
  const folder = join(temporaryFolder, name)
  chmodSync(folder, 0o700)
  expect(ownFolder({ environment: {}, temporaryFolder, user })).toBe(folder)
  change(folder)
  expect(ownFolder({ environment: {}, temporaryFolder, user })).toBeUndefined()
  await crosscheck(['--help'], { environment: { TMPDIR: temporaryFolder } })
  expect(readdirSync(folder)).toEqual(['mark'])
})

test('nothing is taken from the folder of another user', async () => {
  const temporaryFolder = await folderWith({ [`crosscheck-${user + 1}/mark`]: '' })
  expect(ownFolder({ environment: {}, temporaryFolder, user: user + 1 })).toBeUndefined()
})

test('where no folder can be made nothing is kept', async () => {
  const folder = await folderWith({ file: '', [name]: '' })
  expect(ownFolder({ environment: {}, temporaryFolder: join(folder, 'file'), user })).toBeUndefined()
  expect(ownFolder({ environment: {}, temporaryFolder: folder, user })).toBeUndefined()
  const { code } = await crosscheck(['--help'], { environment: { TMPDIR: folder } })
  expect(code).toBe(0)
})

test.each(['NODE_DISABLE_COMPILE_CACHE', 'NODE_V8_COVERAGE'])(
  'nothing is kept, and no folder made, with %s',
  async (variable) => {
    const temporaryFolder = await folderWith({})
    expect(ownFolder({ environment: { [variable]: '1' }, temporaryFolder, user })).toBeUndefined()
    expect(readdirSync(temporaryFolder)).toEqual([])
  },
)

test('a folder that NODE_COMPILE_CACHE names is used instead', async () => {
  const [temporaryFolder, given] = [await folderWith({}), await folderWith({})]
  await crosscheck(['--help'], { environment: { TMPDIR: temporaryFolder, NODE_COMPILE_CACHE: given } })
  expect(readdirSync(given)).toHaveLength(1)
  expect(readdirSync(temporaryFolder)).toEqual([])
})
