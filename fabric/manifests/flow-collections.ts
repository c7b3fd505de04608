/**
 * Puts every flow collection of a block on one line. Line breaks, tabs and comments in it become spaces, so that
 * offsets stay the same. Kubernetes' parser (go-yaml) ignores indentation in `[` and `{` and treats tabs there as white
 * space. The YAML specification and the parser used here do not. Quoted scalars keep their lines within a collection,
 * because a break in them has a meaning. A quoted scalar that is itself a block's value, and continues with too little
 * indentation, loses its line breaks.
 */
export function onOneLine(text: string): string {
  const parts: string[] = []
  let at = 0
  let scalarIndent: number | undefined
  while (at < text.length) {
    const end = endOfLine(text, at)
    const line = text.slice(at, end)
    const indent = line.search(/\S/)
    const isScalarLine = scalarIndent !== undefined && (indent < 0 || indent > scalarIndent)
    if (!isScalarLine) scalarIndent = blockScalar.test(line) ? indent : undefined
    const lead = isScalarLine ? null : flowStart.exec(line)
    const start = lead === null ? undefined : at + lead[0].length - 1
    const stop = start === undefined ? end : endOfLine(text, endOf(text, start))
    parts.push(start === undefined ? line : text.slice(at, start) + flattened(text.slice(start, stop)))
    if (stop < text.length) parts.push('\n')
    at = stop + 1
  }
  return parts.join('')
}

/** A line whose value continues below it as a block scalar: `key: |`, `- >-`. */
const blockScalar = /(?:^|[:\-?]\s+)(?:[!&]\S+\s+)*[|>][-+\d]*\s*(?:#.*)?$/

/** The text before the bracket or quote of a line's value: item marks, a key, a tag and an anchor. */
const flowStart =
  /^\s*(?:[-?]\s+)*(?:(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'#[\]{},&*!|>%@`-][^#[\]{}"']*?)\s*:\s+)?(?:[!&]\S+\s+)*[[{"']/

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end < 0 ? text.length : end
}

/** Tokens of a flow collection: quoted scalars where a scalar may begin, comments, brackets. */
const token = /(?<=[[{,:]\s*)(?:"[^"\\]*(?:\\[\s\S][^"\\]*)*"|'[^']*(?:''[^']*)*')|(?<=\s)#[^\n]*|[[\]{}]|[\t\r\n]/g

/** The offset after the collection or quoted scalar that begins at `start`. */
function endOf(text: string, start: number): number {
  if (text[start] === '[' || text[start] === '{') return endOfFlow(text, start)
  const quoted = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"|'[^']*(?:''[^']*)*'/y
  quoted.lastIndex = start
  return start + (quoted.exec(text)?.[0].length ?? 1)
}

/** The offset after the bracket that closes the one at `start`; the end of the text if there is none. */
function endOfFlow(text: string, start: number): number {
  let depth = 0
  token.lastIndex = start
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    const [sign] = found
    if (sign === '[' || sign === '{') depth++
    if (sign === ']' || sign === '}') depth--
    if (depth === 0) return found.index + 1
  }
  return text.length
}

function flattened(flow: string): string {
  if (/^["']/.test(flow)) return flow.replaceAll(/[\n\r]/g, ' ')
  return flow.replace(token, (sign) => (/^[#\s]/.test(sign) ? ' '.repeat(sign.length) : sign))
}
