import { type PassedOver, type Reason, reasons } from '../../fabric/manifests/passed-over.ts'
import type { Io } from './io.ts'

/** Adds a note for the end of the command about files of folders that contain no object. Lists every file on request. */
export function notePassedOver(files: readonly PassedOver[], all: boolean, io: Pick<Io, 'note'>): void {
  if (files.length > 0) io.note?.(all ? listText(files) : sentence(files))
}

/** One line with the number of files per kind and a few names. */
function sentence(files: readonly PassedOver[]): string {
  const kinds = [...Map.groupBy(files, ({ why }) => why)].map(([why, some]) => partText(why, some))
  const hidden = files.some(({ hides }) => hides) ? '; what they would render is not looked at' : ''
  return `crosscheck: passed over ${count(files.length)}: ${kinds.join(', ')}${hidden} (--show-passed-over lists them)\n`
}

function partText(why: Reason, files: readonly PassedOver[]): string {
  const names = files.slice(0, 2).map(({ file }) => file)
  const more = files.length > names.length ? ', …' : ''
  return `${files.length} ${reasons[why][files.length === 1 ? 'one' : 'many']} (${names.join(', ')}${more})`
}

function listText(files: readonly PassedOver[]): string {
  const lines = files.map(({ file, why }) => `  ${file} ${reasons[why].one}\n`)
  return `crosscheck: passed over ${count(files.length)}:\n${lines.join('')}`
}

function count(number: number): string {
  return number === 1 ? '1 file' : `${number} files`
}
