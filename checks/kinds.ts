import type { Attempt } from './attempt.ts'
import { type Check, type CheckKindName, checkSchemas } from './check.ts'
import { runDns } from './dns.ts'
import { runHttp } from './http.ts'
import { loadHttpClient } from './http-client.ts'
import type { Outcome } from './outcome.ts'
import { runTcp } from './tcp.ts'
import { runTls } from './tls.ts'
import { runUdp } from './udp.ts'

/**
 * A kind of check: its schema, and one attempt of it. The result of the network is an outcome; only broken machinery
 * throws.
 */
export interface CheckKind<K extends CheckKindName = CheckKindName> {
  readonly schema: (typeof checkSchemas)[K]
  /**
   * Loads code for the kind's first check. Runs before the check's time starts, so it counts toward no deadline or
   * duration.
   */
  readonly load?: () => Promise<unknown>
  readonly run: (check: Extract<Check, { kind: K }>, attempt: Attempt) => Promise<Outcome>
}

/** The registry of check kinds. */
export const checkKinds: { readonly [K in CheckKindName]: CheckKind<K> } = {
  dns: { schema: checkSchemas.dns, run: runDns },
  tcp: { schema: checkSchemas.tcp, run: runTcp },
  udp: { schema: checkSchemas.udp, run: runUdp },
  tls: { schema: checkSchemas.tls, run: runTls },
  http: { schema: checkSchemas.http, load: loadHttpClient, run: runHttp },
}
