import { appendFile, mkdir, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { didYouMean } from '../../policy/suggest.ts'
import type { Problem } from '../../policy/types.ts'
import type { Io } from './io.ts'

/** One `-o FORMAT[=FILE]`. Without a file, the output goes to stdout. */
export interface Output<Format extends string> {
  readonly format: Format
  readonly file?: string
  /** Whether to append to an existing file. */
  readonly append?: boolean
}

export interface Outputs<Format extends string> {
  readonly outputs: readonly Output<Format>[]
  readonly problems: readonly Problem[]
}

/** Parses the values of `-o`. If none is given, the first format goes to stdout. */
export function readOutputs<Format extends string>(
  given: readonly string[],
  formats: readonly [Format, ...Format[]],
): Outputs<Format> {
  const problems: Problem[] = []
  const outputs = given.flatMap((text): Output<Format>[] => {
    const [word = '', ...rest] = text.split('=')
    const format = formats.find((each) => each === word)
    const file = rest.join('=')
    if (format === undefined) {
      const hint = didYouMean(word, formats)
      problems.push(mistake(`-o ${text}: expected ${formats.join(', ')}, each also with =FILE`, hint))
    } else if (rest.length > 0 && file === '') problems.push(mistake(`-o ${text}: the file has no name`))
    else return [{ format, ...(rest.length > 0 && { file }) }]
    return []
  })
  const places = outputs.map(({ file }) => file)
  const twice = places.find((file, index) => places.indexOf(file) !== index)
  if (new Set(places).size < places.length) {
    problems.push(
      mistake(
        `-o: two outputs would go to ${twice ?? 'stdout'}`,
        'write one of them to a file of its own: -o json=report.json',
      ),
    )
  }
  return { outputs: given.length === 0 ? [{ format: formats[0] }] : outputs, problems }
}

function mistake(message: string, hint?: string): Problem {
  return { severity: 'error', message, ...(hint !== undefined && { hint }) }
}

/** Writes an output. The only place that does so. Files are replaced atomically, and missing folders are created. */
export async function writeOutput(
  { file, append = false }: Output<string>,
  text: string,
  { stdout }: Pick<Io, 'stdout'>,
): Promise<void> {
  if (file === undefined) {
    stdout.write(text)
    return
  }
  try {
    await (append ? appendFile(file, text) : writeWhole(file, text))
  } catch (error) {
    throw new Error(`${file} cannot be written`, { cause: error })
  }
}

async function writeWhole(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const path = await realpath(file).catch(() => file)
  const kind = await stat(path).catch(() => undefined)
  // Write directly to a device or a pipe. Replace a regular file with a new one.
  if (kind !== undefined && !kind.isFile()) return writeFile(path, text)
  const fresh = `${path}.${crypto.randomUUID()}.tmp`
  try {
    await writeFile(fresh, text, { flag: 'wx', ...(kind !== undefined && { mode: kind.mode }) })
    await rename(fresh, path)
  } catch (error) {
    await rm(fresh, { force: true })
    throw error
  }
}
