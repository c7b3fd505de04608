import { chmod, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readOutputs, writeOutput } from '../../../runner/cli/outputs.ts'
import { folderWith } from './folder.ts'

const formats = ['text', 'json', 'junit'] as const

describe('what -o asks for', () => {
  test('nothing asks for the first format on stdout', () => {
    expect(readOutputs([], formats)).toEqual({ outputs: [{ format: 'text' }], problems: [] })
  })

  test('formats go to stdout or to a file, whose name may hold an equals sign', () => {
    expect(readOutputs(['text', 'json=a=b.json'], formats)).toEqual({
      outputs: [{ format: 'text' }, { format: 'json', file: 'a=b.json' }],
      problems: [],
    })
  })

  test.each([
    [['jsn'], '-o jsn: expected text, json, junit, each also with =FILE', 'did you mean json?'],
    [['json='], '-o json=: the file has no name', undefined],
    [['json', 'text'], '-o: two outputs would go to stdout', expect.stringContaining('-o json=report.json')],
    [['json=a', 'junit=a'], '-o: two outputs would go to a', expect.anything()],
  ])('%j is a mistake', (given, message, hint) => {
    const { problems } = readOutputs(given, formats)
    expect(problems).toEqual([{ severity: 'error', message, ...(hint !== undefined && { hint }) }])
  })
})

describe('a file that is written', () => {
  const stdout = { write: () => expect.unreachable() }
  const write = (file: string, text: string) => writeOutput({ format: 'json', file }, text, { stdout })

  test('stands in a folder that is made for it, and nothing else is left there', async () => {
    const folder = await folderWith({})
    await write(join(folder, 'reports/ci/a.json'), 'text')
    expect(await readdir(join(folder, 'reports/ci'))).toEqual(['a.json'])
    expect(await readFile(join(folder, 'reports/ci/a.json'), 'utf8')).toBe('text')
  })

  test('takes the place of one that is there, behind a link too, and keeps its rights', async () => {
    const folder = await folderWith({ 'a.json': 'a much longer text' })
    await chmod(join(folder, 'a.json'), 0o600)
    await symlink('a.json', join(folder, 'link.json'))
    const before = await stat(join(folder, 'a.json'))
    await write(join(folder, 'link.json'), 'new')
    const after = await stat(join(folder, 'a.json'))
    expect(await readFile(join(folder, 'a.json'), 'utf8')).toBe('new')
    expect([after.mode & 0o777, after.ino === before.ino]).toEqual([0o600, false])
    expect((await readdir(folder)).sort()).toEqual(['a.json', 'link.json'])
  })

  test('may be a device', async () => {
    await write('/dev/null', 'text')
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true)
  })

  test('that cannot be written is an error with its cause, and leaves nothing', async () => {
    const folder = await folderWith({ file: '' })
    await writeFile(join(folder, 'file'), 'as it was')
    await expect(write(join(folder, 'file/a.json'), 'text')).rejects.toMatchObject({
      message: `${folder}/file/a.json cannot be written`,
      cause: { code: expect.stringMatching(/^E(EXIST|NOTDIR)$/) },
    })
    expect(await readdir(folder)).toEqual(['file'])
  })
})
