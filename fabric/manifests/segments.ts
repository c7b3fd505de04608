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
  return cut(text, [0, ...starts], { end: text.length, offset: 0, isItem: false }).flatMap(jsonSegments)
}

/** JSON objects one behind the other, without a mark between them (`{…}{…}`, or one on each line), are documents too, as for kubectl. */
function jsonSegments(segment: Segment): Segment[] {
  const { text, offset } = segment
  const starts = /^\ufeff?\s*\{/.test(text) ? objectStarts(text) : []
  const [first = 0, second] = starts
  if (second === undefined || !isJson(text.slice(first, second))) return [segment]
  return cut(text, starts, { end: text.length, offset, isItem: false })
}

/** Where each outermost brace opens, strings in double quotes left aside. */
function objectStarts(text: string): number[] {
  const starts: number[] = []
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]
    if (sign === '"') at = endOfString(text, at)
    if (sign === '{' && depth++ === 0) starts.push(at)
    if (sign === '}') depth--
  }
  return starts
}

/** The offset of the quote that closes the one at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at
  }
  return text.length
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
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
