import type { Edit } from './rule.ts'

/** Applies replacements to the text of one file; one whose old text does not stand at its place is left out, and so is one that overlaps. */
export function applyEdits(
  text: string,
  edits: readonly Edit[],
): { readonly text: string; readonly applied: readonly Edit[] } {
  const starts = lineStarts(text)
  const located = edits
    .flatMap((edit) => {
      const start = starts[edit.place.line - 1]
      if (start === undefined) return []
      const offset = start + edit.place.column - 1
      const old = edit.old.find((each) => text.startsWith(each, offset))
      return old === undefined ? [] : [{ edit, offset, end: offset + old.length }]
    })
    .toSorted((a, b) => a.offset - b.offset)
  let done = ''
  let position = 0
  const applied: Edit[] = []
  for (const { edit, offset, end } of located) {
    if (offset < position) continue
    done += text.slice(position, offset) + edit.replacement
    position = end
    applied.push(edit)
  }
  return { text: done + text.slice(position), applied }
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let index = text.indexOf('\n'); index >= 0; index = text.indexOf('\n', index + 1)) starts.push(index + 1)
  return starts
}
