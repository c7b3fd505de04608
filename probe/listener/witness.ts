/** The arrival of a nonce at a listener: source, destination, protocol, time (milliseconds since the epoch). */
export interface Arrival {
  readonly at: number
  readonly from: string
  readonly port: number
  readonly protocol: 'tcp' | 'udp' | 'tls' | 'http'
}

/** Records the nonces that reached listeners, as independent evidence. */
export interface Witness {
  /** Records every nonce in the first bytes from a client (`nonce=…`, or the header `x-crosscheck-nonce: …`). */
  read(bytes: Uint8Array, seen: Arrival): void
  /** Arrivals of a nonce in order. Only the first 16 are kept. */
  arrivals(nonce: string): readonly Arrival[]
}

const perNonce = 16
const firstBytes = 4096
const pattern = /nonce(?:=|: ?|":")([A-Za-z0-9_-]{8,64})/gi

/** A witness that keeps the latest `capacity` nonces and drops the oldest. */
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
