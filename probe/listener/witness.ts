/** One time that a listener was sent a nonce: by whom, where, over what, when (milliseconds since the epoch). */
export interface Arrival {
  readonly at: number
  readonly from: string
  readonly port: number
  readonly protocol: 'tcp' | 'udp' | 'tls' | 'http'
}

/** Remembers the nonces that reached listeners, as a second opinion on what packets did. */
export interface Witness {
  /** Notes every nonce in the first bytes that a client sent (`nonce=…`, also as header `x-crosscheck-nonce: …`). */
  read(bytes: Uint8Array, seen: Arrival): void
  /** Sightings of a nonce in order; the first 16 are kept. */
  arrivals(nonce: string): readonly Arrival[]
}

const perNonce = 16
const firstBytes = 4096
const pattern = /nonce(?:=|: ?|":")([A-Za-z0-9_-]{8,64})/gi

/** A witness that keeps the latest `capacity` nonces and forgets the oldest. */
export function createWitness(capacity: number): Witness {
  const seen = new Map<string, Arrival[]>()
  return {
    read(bytes, arrival) {
      const text = Buffer.from(bytes.subarray(0, firstBytes)).toString('latin1')
      for (const [, nonce] of text.matchAll(pattern)) note(seen, nonce!, arrival, capacity)
    },
    arrivals: (nonce) => seen.get(nonce) ?? [],
  }
}

function note(seen: Map<string, Arrival[]>, nonce: string, arrival: Arrival, capacity: number): void {
  const known = seen.get(nonce)
  if (known !== undefined) {
    if (known.length < perNonce) known.push(arrival)
    return
  }
  if (seen.size >= capacity) seen.delete(seen.keys().next().value!)
  seen.set(nonce, [arrival])
}
