import { readFile } from 'node:fs/promises'
import { applyEdits } from '../../../lint/edits.ts'
import type { Finding } from '../../../lint/rule.ts'
import type { Io } from '../io.ts'
import { writeOutput } from '../outputs.ts'

/** Line and column numbers do not count it. */
const byteOrderMark = '\ufeff'

/** Applies the edits of findings to files and reports them on stderr. Returns true if a file changed. */
export async function fixFiles(findings: readonly Finding[], io: Io): Promise<boolean> {
  const byFile = Map.groupBy(
    findings.flatMap((finding) => finding.edits.map((edit) => ({ finding, edit }))),
    ({ edit }) => edit.place.file,
  )
  let changed = false
  for (const [file, pairs] of byFile) {
    const text = await textOf(file)
    if (text === undefined) {
      io.stderr.write(`${file}: cannot be mended, because it is no file\n`)
      continue
    }
    const mark = text.startsWith(byteOrderMark) ? byteOrderMark : ''
    const { text: mended, applied } = applyEdits(
      text.slice(mark.length),
      pairs.map(({ edit }) => edit),
    )
    if (applied.length === 0) continue
    await writeOutput({ format: 'text', file }, `${mark}${mended}`, io)
    changed = true
    for (const { edit, place, old, replacement } of applied) {
      const rule = pairs.find((pair) => pair.edit === edit)?.finding.rule ?? ''
      io.stderr.write(`${file}:${place.line}:${place.column} fixed ${rule}: ${old} is now ${replacement}\n`)
    }
  }
  return changed
}

/** Standard input and output of kubectl are not files. */
async function textOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined)
}
