import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileSystem, loadManifests } from '../../../fabric/manifests/files.ts'

const podText = (name: string) => `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\n`
const stdin = (content: string | Uint8Array) => fileSystem(Readable.from([Buffer.from(content)]))
let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crosscheck-files-'))
})
afterEach(() => rm(folder, { recursive: true }))

const load = async (...paths: string[]) => {
  const { objects, problems } = await loadManifests(
    paths.map((path) => join(folder, path)),
    stdin(''),
  )
  return { names: objects.map(({ name }) => name), problems, messages: problems.map(({ message }) => message) }
}

describe('loadManifests', () => {
  it('reads a folder and those below it, in order, by extension', async () => {
    await mkdir(join(folder, 'deep'))
    await writeFile(join(folder, 'b.yml'), podText('b'))
    await writeFile(join(folder, 'a.yaml'), podText('a'))
    await writeFile(join(folder, 'deep', 'c.json'), '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"c"}}')
    await writeFile(join(folder, 'readme.md'), 'no manifest')
    await writeFile(join(folder, '.hidden.yaml'), 'no: manifest')
    expect(await load('.')).toMatchObject({ names: ['a', 'b', 'c'], problems: [] })
  })
  it('follows linked files, not linked folders, so that a loop of links ends', async () => {
    await writeFile(join(folder, 'a.txt'), podText('a'))
    await symlink(join(folder, 'a.txt'), join(folder, 'linked.yaml'))
    await symlink(folder, join(folder, 'loop.yaml'))
    expect(await load('.')).toMatchObject({ names: ['a'], problems: [] })
  })
  it('reads a file once that is named twice', async () => {
    await writeFile(join(folder, 'a.yaml'), podText('a'))
    expect(await load('a.yaml', '.', './a.yaml')).toMatchObject({ names: ['a'], problems: [] })
  })
  it('reads standard input for -', async () => {
    const { objects } = await loadManifests(['-'], stdin(podText('a')))
    expect(objects[0]).toMatchObject({ name: 'a', place: { file: '<stdin>' } })
  })
  it('reads UTF-16 with its mark', async () => {
    const utf16 = Buffer.from(`\ufeff${podText('a')}`, 'utf16le')
    for (const bytes of [utf16, Buffer.from(utf16).swap16()])
      expect((await loadManifests(['-'], stdin(bytes))).objects).toMatchObject([{ name: 'a' }])
  })
  it('refuses text that is not UTF-8', async () => {
    const { objects, problems } = await loadManifests(['-'], stdin(Uint8Array.of(0x61, 0xff, 0xfe)))
    expect(objects).toEqual([])
    expect(problems).toMatchObject([{ message: 'this is no UTF-8 text', place: { file: '<stdin>' } }])
  })
  it('refuses a 2 GiB file by its size, before reading it', async () => {
    await writeFile(join(folder, 'big.yaml'), '')
    await truncate(join(folder, 'big.yaml'), 2 * 1024 ** 3)
    const refuse = { ...stdin(''), open: () => expect.unreachable('opened') }
    const { problems } = await loadManifests([join(folder, 'big.yaml')], refuse)
    expect(problems.map(({ message }) => message)).toEqual([
      'this is 2048 MiB: manifests are read up to 64 MiB per file',
    ])
  })
  it('stops reading an endless stream', async () => {
    const chunk = new Uint8Array(1024 * 1024)
    let chunks = 0
    const endless = Readable.from(
      (function* () {
        for (;;) {
          chunks++
          yield chunk
        }
      })(),
    )
    const { problems } = await loadManifests(['-'], fileSystem(endless))
    expect(problems[0]?.message).toContain('too much data')
    expect(chunks).toBeLessThan(100)
  })
  it('suggests the file that was meant', async () => {
    await writeFile(join(folder, 'policies.yaml'), podText('a'))
    const { problems } = await load('polices.yaml')
    expect(problems[0]).toMatchObject({ hint: `did you mean ${join(folder, 'policies.yaml')}?` })
  })
  it('says that a folder has no manifests, and that addresses are not read', async () => {
    expect((await load('.')).messages[0]).toContain('no *.yaml')
    const { problems } = await loadManifests(['https://example.org/a.yaml'], stdin(''))
    expect(problems[0]?.message).toContain('not from the network')
  })
})
