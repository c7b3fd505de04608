/** One item of a block list of flat mappings, and how many lines it stands below the first. */
export interface SimpleItem {
  readonly value: Readonly<Record<string, string | number>>
  readonly line: number
}

/** Words that YAML's core schema reads as no string (YAML 1.2.2, 10.3.2). */
const notStrings = /^(?:null|Null|NULL|true|True|TRUE|false|False|FALSE)$/

/**
 * `key: scalar` in a form that every YAML reader takes alike: a quoted text without escapes, a decimal number, or plain words
 * that begin with a letter and hold none of YAML's indicators (a colon only between two other characters).
 */
const pair =
  /([A-Za-z]+): +(?:"([^"\\]*)"|'([^']*)'|([1-9]\d{0,14})|([A-Za-z][\w./-]*(?::[\w./-]+)*(?: +[\w./-]+(?::[\w./-]+)*)*))/y

/**
 * Reads a block list whose items are all flat mappings in simple form, one per line in braces or one pair per line;
 * undefined when anything else occurs. A general YAML reader needs 60 times as long, which is felt with 100,000 paths.
 */
export function readSimpleItems(text: string, indent: string): SimpleItem[] | undefined {
  const items: { readonly value: Record<string, string | number>; readonly line: number }[] = []
  const begin = `${indent}- `
  const next = `${indent}  `
  for (const [line, whole] of text.split('\n').entries()) {
    const begins = whole.startsWith(begin)
    const rest = whole.slice(begin.length)
    const braced = begins && /^\{ *(.*?) *\} *$/.exec(rest)?.[1]
    if (begins) items.push({ value: {}, line })
    const last = items.at(-1)
    if (last === undefined || !(begins || whole.startsWith(next))) return undefined
    if (!readPairs(typeof braced === 'string' ? braced : rest, last.value, typeof braced === 'string')) return undefined
  }
  return items
}

/** Adds `a: b, c: d` (in braces) or one pair to a mapping; false when it is not in simple form or a key comes twice. */
function readPairs(text: string, into: Record<string, string | number>, several: boolean): boolean {
  let at = 0
  for (;;) {
    pair.lastIndex = at
    const [found, key = '', double, single, digits, plain] = pair.exec(text) ?? []
    if (found === undefined || Object.hasOwn(into, key) || (plain !== undefined && notStrings.test(plain))) return false
    into[key] = digits === undefined ? (double ?? single ?? plain ?? '') : Number(digits)
    at += found.length
    const separator = several ? /^ *, +/.exec(text.slice(at, at + 20))?.[0] : undefined
    if (separator === undefined) return text.slice(at).trim() === '' && !text.includes('\t')
    at += separator.length
  }
}
