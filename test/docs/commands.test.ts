import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { pages } from './pages.ts'

/** A block of commands of a page, and what the page shows as its output, where it shows some. */
interface Block {
  readonly commands: string
  readonly shown: string | undefined
}

const runnable = [...pages].filter(([, page]) => /^```sh$/m.test(page)).map(([file]) => file)

test('the tutorial and the how-to pages about single subjects have commands that are run here', () => {
  expect(runnable).toContain('docs/tutorial.md')
  expect(runnable.filter((file) => file.startsWith('docs/how-to/test-')).length).toBe(5)
})

test.each(runnable)(
  'the commands of %s do what the page shows',
  async (file) => {
    const folder = await mkdtemp(join(tmpdir(), 'crosscheck-docs-'))
    try {
      const path = await commandPath(folder)
      await mkdir(join(folder, 'work'))
      for (const { commands, shown } of blocksOf(pages.get(file) ?? '')) {
        const { code, output } = await shell(commands, { cwd: join(folder, 'work'), path })
        expect(code, `${commands}\n${output}`).toBe(0)
        if (shown !== undefined) expectShown(output, shown)
      }
    } finally {
      await rm(folder, { recursive: true })
    }
  },
  300_000,
)

function blocksOf(page: string): readonly Block[] {
  const blocks = page.matchAll(/^```sh\n(.*?)^```$(?:\n\n```text\n(.*?)^```$)?/gms)
  return [...blocks].map(([, commands = '', shown]) => ({ commands, shown }))
}

/** A folder with the command `crosscheck`, for PATH. */
async function commandPath(folder: string): Promise<string> {
  const bin = join(folder, 'bin')
  await mkdir(bin)
  const entry = new URL('../../bin/crosscheck.js', import.meta.url).pathname
  await writeFile(join(bin, 'crosscheck'), `#!/bin/sh\nexec '${process.execPath}' '${entry}' "$@"\n`)
  await chmod(join(bin, 'crosscheck'), 0o755)
  return [bin, process.env['PATH']].join(delimiter)
}

async function shell(commands: string, { cwd, path }: { cwd: string; path: string }) {
  const env = { ...process.env, PATH: path, NO_COLOR: '1', LC_ALL: 'C.UTF-8', KUBECONFIG: join(cwd, 'none') }
  const child = spawn('bash', ['-c', `exec 2>&1\n${commands}`], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] })
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
  return { code: code as number | null, output }
}

/** The lines of the page stand in the output, in this order; `…` stands for the rest of a line, or for any lines. */
function expectShown(output: string, shown: string): void {
  const lines = output.split('\n')
  let from = 0
  for (const line of shown.split('\n').filter((each) => each !== '' && each !== '…')) {
    const at = lines.findIndex((each, index) => index >= from && matches(each, line))
    expect(at, `${JSON.stringify(line)} is not in what follows:\n${lines.slice(from).join('\n')}`).not.toBe(-1)
    from = at + 1
  }
}

function matches(line: string, shown: string): boolean {
  return shown.endsWith('…') ? line.startsWith(shown.slice(0, -1)) : line === shown
}
