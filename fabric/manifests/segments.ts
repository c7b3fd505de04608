/** A part of a text that parses on its own: a document, or one item of a list that kubectl printed. */
export interface Segment {
  readonly text: string
  /** Where it begins in the whole text. */
  readonly offset: number
  /** A list item: the text is a list of one. */
  readonly isItem: boolean
}

/**
 * Cuts a text at its document markers, which end a document wherever they stand at the first column. A YAML parser needs some sixty
 * times the memory of its text, so that only one part at a time is to be parsed.
 */
export function documentSegments(text: string): Segment[] {
  if (/^%/m.test(text)) return [{ text, offset: 0, isItem: false }]
  const starts = [...text.matchAll(/^---(?=\s|$)/gm)].map(({ index }) => index)
  return cut(text, [0, ...starts], { end: text.length, offset: 0, isItem: false })
}

/**
 * The items of a `kind: List` as kubectl prints it (`items:` and each `- ` at the first column, where no scalar can reach), or none
 * when the document is of another form.
 */
export function itemSegments({ text, offset }: Segment): Segment[] | undefined {
  const items = /^items:[ \t]*\r?\n(?=- )/m.exec(text)
  if (items === null) return undefined
  const first = items.index + items[0].length
  const after = /^[^\s#-]/m.exec(text.slice(first))
  const end = after === null ? text.length : first + after.index
  if (!/^kind: List\s*$/m.test(text.slice(0, items.index) + text.slice(end))) return undefined
  const starts = [...text.slice(first, end).matchAll(/^- /gm)].map(({ index }) => first + index)
  return cut(text, starts, { end, offset, isItem: true })
}

function cut(
  text: string,
  starts: readonly number[],
  { end, offset, isItem }: { end: number; offset: number; isItem: boolean },
): Segment[] {
  return starts
    .map((start, index) => ({ text: text.slice(start, starts[index + 1] ?? end), offset: offset + start, isItem }))
    .filter((segment) => segment.text.trim() !== '')
}
