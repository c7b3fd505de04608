/** JSON's punctuation as bytes. None of them is part of another character in UTF-8. */
export const [quote, comma, colon, backslash] = [0x22, 0x2c, 0x3a, 0x5c]
export const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d]

/** The text is not JSON, or has a form that this reader leaves to JSON.parse. */
export function notUnderstood(at: number): SyntaxError {
  return new SyntaxError(`not understood at byte ${at}`)
}

/** The position of the next byte that is not white space. */
export function skipSpace(bytes: Buffer, from: number): number {
  let at = from
  while (bytes[at]! <= 0x20) at++
  return at
}

/** The position after the string that begins here. */
export function skipString(bytes: Buffer, from: number): number {
  if (bytes[from] !== quote) throw notUnderstood(from)
  let at = from + 1
  while (at < bytes.length) {
    const byte = bytes[at++]
    if (byte === quote) return at
    if (byte === backslash) at++
  }
  throw notUnderstood(at)
}

/** The position after the value that begins here. Only brackets and strings are examined. */
export function skipValue(bytes: Buffer, from: number): number {
  const first = bytes[from]
  if (first === quote) return skipString(bytes, from)
  if (first === openObject) return skipNested(bytes, from)
  if (first === openList) return endOfFlatList(bytes, from) ?? skipNested(bytes, from)
  let at = from
  while (at < bytes.length && !endsWord(bytes[at]!)) at++
  if (at === from) throw notUnderstood(at)
  return at
}

function skipNested(bytes: Buffer, from: number): number {
  let depth = 0
  let at = from
  while (at < bytes.length) {
    const byte = bytes[at++]!
    if (byte === quote) at = skipString(bytes, at - 1)
    else if (byte === openObject || byte === openList) depth++
    else if ((byte === closeObject || byte === closeList) && --depth === 0) return at
  }
  throw notUnderstood(at)
}

/**
 * The end of a list of objects that contain no list, such as managedFields and env: the next closing bracket. `indexOf`
 * finds it ten times as fast as a loop. Undefined if a bracket opens before it, or if it may be part of a string. It is
 * not part of a string if a comma, a quotation mark and a letter follow: the mark would end the string, and no letter
 * follows a string.
 */
function endOfFlatList(bytes: Buffer, from: number): number | undefined {
  if (bytes[from + 1] !== openObject) return undefined
  const close = bytes.indexOf(closeList, from)
  if (close < 0) return undefined
  const opened = bytes.indexOf(openList, from + 1)
  if (opened >= 0 && opened < close) return undefined
  let at = close + 1
  while (bytes[at] === closeObject || bytes[at] === closeList) at++
  const isFollowed = bytes[at] === comma && bytes[at + 1] === quote && isLetter(bytes[at + 2])
  return isFollowed ? close + 1 : undefined
}

function isLetter(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a))
}

/** Whether a byte ends a number, true, false or null. */
function endsWord(byte: number): boolean {
  return byte <= 0x20 || byte === comma || byte === closeList || byte === closeObject
}
