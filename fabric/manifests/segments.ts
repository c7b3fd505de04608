/** A part of a text that can be parsed alone: a document, or one item of a list from kubectl. */
export interface Segment {
  readonly text: string
  /** Its offset in the whole text. */
  readonly offset: number
  /** A list item: the text is a list with one item. */
  readonly isItem: boolean
}

/**
 * Splits a text at its document markers, which end a document wherever they are in the first column. A YAML parser
 * needs about sixty times the memory of its text, so only one part is parsed at a time.
 */
export function documentSegments(text: string): Segment[] {
  if (/^%/m.test(text)) return [{ text, offset: 0, isItem: false }]
  const starts = [...text.matchAll(/^---(?=\s|$)/gm)].map(({ index }) => index)
  return cut(text, [0, ...starts], { end: text.length, offset: 0, isItem: false }).flatMap(jsonSegments)
}

/** JSON objects in sequence without a separator (`{…}{…}`, or one per line) are also documents, as in kubectl. */
function jsonSegments(segment: Segment): Segment[] {
  const { text, offset } = segment
  const starts = /^\ufeff?\s*\{/.test(text) ? objectStarts(text) : []
  const [first = 0, second] = starts
  if (second === undefined || !isJson(text.slice(first, second))) return [segment]
  return cut(text, starts, { end: text.length, offset, isItem: false })
}

/** The position of each outermost opening brace. Skips double-quoted strings. */
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
 * The items of a `kind: List` as kubectl prints it (`items:` and each `- ` in the first column, where no scalar can
 * be); undefined for other forms.
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
