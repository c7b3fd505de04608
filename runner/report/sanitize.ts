/** Control, format (bidirectional overrides, zero width), private-use, lone surrogate and noncharacter code points; line and paragraph separators. */
const unsafe = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/gu
/** Most texts match this and need no further check. */
const harmless = /^[\x20-\x7e]*$/
/** Combining marks on one character, from the third on. */
const piled = /(?<=\p{M}{2})\p{M}/gu
const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }
const plainer: Readonly<Record<string, string>> = {
  '→': '->',
  '…': '...',
  '–': '-',
  '—': '-',
  '’': "'",
  '“': '"',
  '”': '"',
}

export interface SanitizeOptions {
  /** Also escapes everything outside ASCII. */
  readonly ascii?: boolean
  /** Maximum length of a string, in characters. The rest is counted, not shown. */
  readonly limit?: number
}

/**
 * Makes text from scenarios, manifests and the network safe to print in one line. Characters that a terminal, a log or a browser interprets become
 * visible escapes (`\n`, `\x1b`, `\u{202e}`), and long text is truncated.
 */
export function sanitizeText(text: string, { ascii = false, limit = 1_000 }: SanitizeOptions = {}): string {
  if (text.length <= limit && harmless.test(text)) return text
  const shown = cutText(text, limit).replace(unsafe, visible).replace(piled, visible)
  const plain = ascii ? shown.replace(/[^\x20-\x7e]/gu, (char) => plainer[char] ?? visible(char)) : shown
  return cutText(plain, 2 * limit + 40)
}

/** Sanitizes every string in a value, so that a reporter cannot forget one. */
export function sanitize<T>(value: T, options: SanitizeOptions = {}): T {
  return mapStrings(value, (text) => sanitizeText(text, options)) as T
}

/** The value with every string truncated to this many characters. */
export function bounded<T>(value: T, limit: number): T {
  return mapStrings(value, (text) => cutText(text, limit)) as T
}

function cutText(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit)}... (${text.length - limit} more characters)` : text
}

/** Values without a changed string are returned as they are, for speed: a run has 100,000 paths, and most are harmless. */
function mapStrings(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const items = value.map((item) => mapStrings(item, map))
    return items.every((item, index) => item === value[index]) ? value : items
  }
  const known = Object.entries(value)
  const entries = known.map(([key, item]) => [map(key), mapStrings(item, map)] as const)
  const same = entries.every(([key, item], index) => key === known[index]?.[0] && item === known[index]?.[1])
  return same ? value : Object.fromEntries(entries)
}

function visible(char: string): string {
  const code = char.codePointAt(0) ?? 0
  const hex = code.toString(16)
  return named[char] ?? (code < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`)
}
