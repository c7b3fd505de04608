import type { Place } from '../policy/types.ts'
import type { Edit } from './rule.ts'

/** A replacement that was applied. */
export interface AppliedEdit {
  readonly edit: Edit
  readonly place: Place
  readonly old: string
  readonly replacement: string
}

/**
 * Applies replacements to the text of one file. Skips a replacement if its old text is not a whole scalar at its place, or if it overlaps
 * another one.
 */
export function applyEdits(
  text: string,
  edits: readonly Edit[],
): { readonly text: string; readonly applied: readonly AppliedEdit[] } {
  const starts = lineStarts(text)
  const located = edits.flatMap((edit) => {
    const start = starts[edit.place.line - 1]
    if (start === undefined) return []
    const offset = start + edit.place.column - 1
    const way = edit.ways.find(({ old }) => standsAlone(text, offset, old))
    return way === undefined ? [] : [{ edit, ...way, offset }]
  })
  let done = ''
  let position = 0
  const applied: AppliedEdit[] = []
  for (const { edit, old, replacement, offset } of located.toSorted((a, b) => a.offset - b.offset)) {
    if (offset < position) continue
    done += text.slice(position, offset) + replacement
    position = offset + old.length
    applied.push({ edit, place: edit.place, old, replacement })
  }
  return { text: done + text.slice(position), applied }
}

/** Whether the match is a whole YAML scalar, with no text of it following. */
function standsAlone(text: string, offset: number, old: string): boolean {
  return (
    text.startsWith(old, offset) &&
    /^(?:[\s,}\]]|:[\s,}\]]|$)/.test(text.slice(offset + old.length, offset + old.length + 2))
  )
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let index = text.indexOf('\n'); index >= 0; index = text.indexOf('\n', index + 1)) starts.push(index + 1)
  return starts
}
