import { type CompiledObject, type CompiledShape, keyAt, valueAfter } from './compiled-shape.ts'
import { closeList, closeObject, comma, notUnderstood, openList, openObject, skipSpace, skipValue } from './skip.ts'

/** A text that is read up to `at`, and its selected part, written up to `end`. */
export interface Text {
  readonly bytes: Buffer
  at: number
  readonly out: Buffer
  end: number
}

/**
 * Reads one value and writes the part that a shape selects. Throws SyntaxError for a form that it does not support.
 * Does not validate what it skips.
 */
export function trimValue(text: Text, shape: CompiledShape): void {
  if (typeof shape !== 'string' && shape.kind === 'shared') {
    trimValue(text, shape.shape)
    return
  }
  const { bytes } = text
  const from = skipSpace(bytes, text.at)
  text.at = from
  const first = typeof shape === 'string' ? undefined : bytes[from]
  if (first === openObject) trimObject(text, shape as CompiledObject)
  else if (first === openList) trimList(text, shape)
  else {
    text.at = skipValue(bytes, from)
    if (shape !== 'none') copy(text, from, text.at)
  }
}

function trimList(text: Text, shape: CompiledShape): void {
  put(text, openList)
  text.at++
  for (let isFirst = true; !isOver(text, closeList, isFirst); isFirst = false) {
    if (!isFirst) put(text, comma)
    trimValue(text, shape)
  }
  put(text, closeList)
}

function trimObject(text: Text, shape: CompiledObject): void {
  const { bytes } = text
  put(text, openObject)
  text.at++
  let isEmpty = true
  let key = shape.start
  for (let isFirst = true; !isOver(text, closeObject, isFirst); isFirst = false) {
    const from = skipSpace(bytes, text.at)
    key = keyAt(bytes, from, { after: key, of: shape })
    text.at = valueAfter(bytes, from, key)
    if (key.shape === 'none') text.at = skipValue(bytes, text.at)
    else {
      if (!isEmpty) put(text, comma)
      isEmpty = false
      copy(text, from, text.at)
      trimValue(text, key.shape)
    }
  }
  put(text, closeObject)
}

/** Whether a list or an object ends here with that bracket. If not, moves to its next part. */
export function isOver(text: Text, bracket: number, isFirst: boolean): boolean {
  const here = skipSpace(text.bytes, text.at)
  const byte = text.bytes[here]
  if (byte !== bracket && !isFirst && byte !== comma) throw notUnderstood(here)
  text.at = byte === bracket || !isFirst ? here + 1 : here
  return byte === bracket
}

function put(text: Text, byte: number): void {
  text.out[text.end++] = byte
}

function copy(text: Text, from: number, to: number): void {
  const { bytes, out } = text
  let { end } = text
  for (let at = from; at < to; at++) out[end++] = bytes[at]!
  text.end = end
}
