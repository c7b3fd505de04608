import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CheckInput, checkSchema } from '../../checks/check.ts'
import type { Observation, Outcome } from '../../checks/outcome.ts'
import type { Fabric, Identity, Manifest, Probe } from '../../fabric/fabric.ts'
import { podKey } from '../../lab/layout.ts'
import { contractObjects, denyAll, guardedNamespace, openNamespace } from './contract-objects.ts'

export interface ContractSubject {
  /** A fabric in which these objects exist and their pods are ready. */
  open(objects: readonly Manifest[], signal: AbortSignal): Promise<Fabric>
  /** What is left of everything that `open` made, as sentences; empty when nothing is. */
  leftovers(): Promise<readonly string[]>
}

/** What every implementation of `Fabric` must do; each runs it from a test file of its own. */
export function describeFabric(name: string, subject: ContractSubject): void {
  describe(`the contract of fabrics: ${name}`, () => {
    const { signal } = new AbortController()
    let fabric: Fabric

    beforeAll(async () => {
      fabric = await subject.open(contractObjects, signal)
    })
    afterAll(async () => {
      await fabric[Symbol.asyncDispose]()
    })

    const client: Identity = { kind: 'like', namespace: openNamespace, workload: 'deployment/client' }
    const probeFor = async (identity: Identity): Promise<Probe> => {
      const probe = await fabric.probe(identity, signal)
      if ('unavailable' in probe) throw new Error(probe.unavailable)
      return probe
    }
    const observe = async (identity: Identity, checks: readonly CheckInput[]): Promise<Outcome[]> => {
      const parsed = checks.map((check, index) => checkSchema.parse({ deadlineMs: 1500, ...check, id: String(index) }))
      const seen = new Map<string, Observation>()
      for await (const observation of (await probeFor(identity)).run(parsed, signal))
        seen.set(observation.id, observation)
      return parsed.map(({ id }) => seen.get(id)!.outcome)
    }
    const seeUntil = async (check: CheckInput, wanted: (outcome: Outcome) => boolean): Promise<Outcome> => {
      for (const end = Date.now() + 30_000; ; ) {
        const [outcome] = await observe(client, [check])
        if (wanted(outcome!) || fabric.timing.policies === 'at-once' || Date.now() > end) return outcome!
      }
    }
    const podOf = async (namespace: string, workload: string) => {
      const { pods } = await fabric.world(signal)
      return pods.find((pod) => pod.namespace === namespace && pod.workload.name === workload)!
    }
    const server = `server.${guardedNamespace}.svc.cluster.local`

    it('opens every socket with an address of the pod in whose name it asks', async () => {
      const probe = await probeFor(client)
      const targets = (await podOf(guardedNamespace, 'server')).addresses
      const outcomes = await observe(
        client,
        targets.flatMap((host): CheckInput[] => [
          { kind: 'tcp', host, port: 8080 },
          { kind: 'udp', host, port: 5353 },
          { kind: 'http', url: `http://${host.includes(':') ? `[${host}]` : host}:8080/` },
        ]),
      )
      expect(outcomes.map(({ reason }) => reason)).not.toContain('not_run')
      for (const { localAddress } of outcomes) expect(probe.addresses).toContain(localAddress)
    })

    it('lets a path through that no policy forbids, on every address of the pod', async () => {
      const { addresses } = await podOf(guardedNamespace, 'server')
      const outcomes = await observe(
        client,
        addresses.map((host) => ({ kind: 'tcp', host, port: 8080 })),
      )
      expect(outcomes.map(({ reason }) => reason)).toEqual(addresses.map(() => 'connected'))
    })

    it('refuses a port on which nobody listens', async () => {
      const { addresses } = await podOf(guardedNamespace, 'server')
      const outcomes = await observe(
        client,
        addresses.map((host) => ({ kind: 'tcp', host, port: 8081 })),
      )
      expect(outcomes.map(({ reason }) => reason)).toEqual(addresses.map(() => 'connect_refused'))
    })

    it('blocks a path that a policy forbids', async () => {
      const { addresses } = await podOf(guardedNamespace, 'locked')
      const outcomes = await observe(
        client,
        addresses.map((host) => ({ kind: 'tcp', host, port: 8080 })),
      )
      for (const { reason } of outcomes)
        expect(['connect_timeout', 'connect_rejected', 'connect_refused']).toContain(reason)
    })

    it('resolves names as an application in the pod does, search list included', async () => {
      const { services } = await fabric.world(signal)
      const service = services.find(({ namespace, name: own }) => namespace === guardedNamespace && own === 'server')!
      const [full, near, short] = await observe(client, [
        { kind: 'dns', name: server },
        { kind: 'dns', name: `server.${guardedNamespace}` },
        { kind: 'dns', name: 'server' },
      ])
      expect(full).toMatchObject({ reason: 'answered', dns: { records: [{ data: service.clusterIPs[0] }] } })
      expect(near).toMatchObject({ reason: 'answered', dns: { name: server } })
      // A cluster whose DNS has nobody to ask answers the last candidate, the bare name, with SERVFAIL.
      expect(['dns_nxdomain', 'dns_servfail']).toContain(short!.reason)
    })

    it('leads a Service to the pod behind it', async () => {
      const [outcome] = await observe(client, [{ kind: 'http', url: `http://${server}/` }])
      expect(outcome).toMatchObject({ reason: 'answered', http: { status: 200 } })
    })

    it('gets answers to datagrams from a port that listens, and a rejection from one that does not', async () => {
      const host = (await podOf(guardedNamespace, 'server')).addresses[0]!
      const [heard, unheard] = await observe(client, [
        { kind: 'udp', host, port: 5353 },
        { kind: 'udp', host, port: 5354 },
      ])
      expect([heard!.reason, unheard!.reason]).toEqual(['udp_answered', 'udp_rejected'])
    })

    it('has a policy in force after it was applied, and out of force after it was deleted', async () => {
      const check: CheckInput = {
        kind: 'tcp',
        host: (await podOf(guardedNamespace, 'server')).addresses[0]!,
        port: 8080,
      }
      await fabric.apply({ kind: 'apply', objects: [denyAll] }, signal)
      expect(await seeUntil(check, ({ reason }) => reason !== 'connected')).not.toMatchObject({ reason: 'connected' })
      await fabric.apply({ kind: 'delete', objects: [denyAll] }, signal)
      expect(await seeUntil(check, ({ reason }) => reason === 'connected')).toMatchObject({ reason: 'connected' })
    })

    it('probes as a plain pod in a namespace, with the labels that were asked for', async () => {
      const probe = await probeFor({ kind: 'namespace', namespace: openNamespace, labels: { tier: 'web' } })
      expect(probe.pod).toMatchObject({ namespace: openNamespace, labels: { tier: 'web' } })
      expect(probe.bornAt).toBeLessThanOrEqual(Date.now())
    })

    it('says why a source cannot be had', async () => {
      const absent = await Promise.all([
        fabric.probe({ kind: 'namespace', namespace: 'no-such' }, signal),
        fabric.probe({ kind: 'like', namespace: openNamespace, workload: 'deployment/no-such' }, signal),
        fabric.probe({ kind: 'pod', namespace: openNamespace, name: 'no-such' }, signal),
        fabric.probe({ kind: 'node', node: 'no-such' }, signal),
      ])
      for (const each of absent) expect(each).toMatchObject({ unavailable: expect.stringContaining('no-such') })
    })

    it('yields exactly one observation per check', async () => {
      const host = (await podOf(guardedNamespace, 'server')).addresses[0]!
      const checks = Array.from({ length: 200 }, (_, id) =>
        checkSchema.parse({ kind: 'tcp', host, port: 8080, id: String(id) }),
      )
      const ids: number[] = []
      for await (const { id } of (await probeFor(client)).run(checks, signal)) ids.push(Number(id))
      expect(ids.toSorted((a, b) => a - b)).toEqual(checks.map((_, index) => index))
    })

    it('ends a run early when it is aborted, and draws no verdict from what was cut off', async () => {
      const { addresses } = await podOf(guardedNamespace, 'locked')
      const abort = new AbortController()
      const check = checkSchema.parse({ kind: 'tcp', host: addresses[0], port: 8080, deadlineMs: 60_000 })
      const reasons: string[] = []
      const probe = await probeFor(client)
      const running = (async () => {
        for await (const { outcome } of probe.run([check], abort.signal)) reasons.push(outcome.reason)
      })()
      abort.abort()
      await running.catch(() => undefined)
      expect(reasons.filter((reason) => reason !== 'not_run')).toEqual([])
    })

    it('leaves nothing behind', async () => {
      const pods = (await fabric.world(signal)).pods.map(podKey)
      expect(pods.length).toBeGreaterThan(0)
      await fabric[Symbol.asyncDispose]()
      expect(await subject.leftovers()).toEqual([])
    })
  })
}
