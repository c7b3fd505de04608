/** The DER forms (ITU-T X.690) that a certificate needs: tag, length, contents. */
function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents)
  return Buffer.concat([Buffer.from([tag]), length(body.length), body])
}

function length(bytes: number): Buffer {
  if (bytes < 0x80) return Buffer.from([bytes])
  return bytes < 0x100 ? Buffer.from([0x81, bytes]) : Buffer.from([0x82, bytes >> 8, bytes & 0xff])
}

export const sequence = (...contents: readonly Uint8Array[]): Buffer => der(0x30, ...contents)
export const set = (...contents: readonly Uint8Array[]): Buffer => der(0x31, ...contents)
export const octets = (contents: Uint8Array): Buffer => der(0x04, contents)
export const bits = (contents: Uint8Array): Buffer => der(0x03, Buffer.from([0]), contents)
export const utf8 = (text: string): Buffer => der(0x0c, Buffer.from(text))
/** A positive integer of at most 20 bytes (RFC 5280 §4.1.2.2). The first bit must be clear. */
export const integer = (bytes: Uint8Array): Buffer => der(0x02, bytes)
/** Context-specific: constructed for `explicit`, primitive for names in GeneralName. */
export const explicit = (tag: number, ...contents: readonly Uint8Array[]): Buffer => der(0xa0 | tag, ...contents)
export const implicit = (tag: number, contents: Uint8Array): Buffer => der(0x80 | tag, contents)
export const truth = der(0x01, Buffer.from([0xff]))

/** UTCTime until 2049 (RFC 5280 §4.1.2.5). */
export const time = (date: Date): Buffer =>
  der(0x17, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`))

/** An object identifier in dotted form. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

function base128(arc: number): readonly number[] {
  const digits = [arc & 0x7f]
  for (let rest = arc >> 7; rest > 0; rest >>= 7) digits.unshift((rest & 0x7f) | 0x80)
  return digits
}
