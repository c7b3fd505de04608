import { type Client, connectCluster } from '../../../fabric/kubernetes/api/client.ts'
import { standingCanary } from '../../../fabric/kubernetes/resident/canary.ts'
import { installResidents } from '../../../fabric/kubernetes/resident/install.ts'
import { listResidents, removeResidents } from '../../../fabric/kubernetes/resident/list.ts'
import { planResidents, type ResidentPlan } from '../../../fabric/kubernetes/resident/plan.ts'
import { readWorld } from '../../../fabric/kubernetes/world/world.ts'
import { canaryLabels, canaryPort } from '../../control/canary-objects.ts'
import { exitCodes } from '../../result/path-result.ts'
import type { Io } from '../io.ts'
import { readProbePatch } from '../probe-patch.ts'
import { printProblems } from '../problems.ts'
import type { ProbesRequest } from './probes-request.ts'
import { planText, residentsText } from './probes-text.ts'
import { wantedByNamespaces, wantedByScenarios } from './probes-wanted.ts'

/** Installs, lists or removes resident probes. Resolves with exit code 1 if an identity gets no probe or a probe does not start. */
export async function runProbes(request: ProbesRequest, io: Io): Promise<number> {
  const { kubeconfig, context } = request.cluster
  const client = await connectCluster({
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    environment: io.environment,
  })
  try {
    return await actions[request.action](client, request, io)
  } finally {
    await client.close()
  }
}

/** One listener per role of the canary that runs create. */
const canaryListeners = (['open', 'guarded'] as const).map((role) => ({
  name: `canary-${role}`,
  port: canaryPort,
  labels: canaryLabels(role),
}))

const actions = { install, list, remove } as const

async function list(client: Client, { namespaces, format }: ProbesRequest, io: Io): Promise<number> {
  const rows = await listResidents(client, { namespaces, now: io.now() }, io.signal)
  io.stdout.write(format === 'json' ? `${JSON.stringify({ probes: rows }, null, 2)}\n` : residentsText(rows))
  return exitCodes.pass
}

async function remove(client: Client, { namespaces, format }: ProbesRequest, io: Io): Promise<number> {
  const removed = await removeResidents(client, { namespaces }, io.signal)
  const lines = removed.length === 0 ? ['no resident probes'] : removed.map((each) => `removed ${each}`)
  io.stdout.write(format === 'json' ? `${JSON.stringify({ removed }, null, 2)}\n` : `${lines.join('\n')}\n`)
  return exitCodes.pass
}

async function install(client: Client, request: ProbesRequest, io: Io): Promise<number> {
  const { namespaces, cluster, everyNode, force, reader, format, dryRun } = request
  const world = await readWorld(client, { namespaces }, io.signal)
  const { wanted, problems } =
    namespaces.length > 0
      ? { wanted: wantedByNamespaces(namespaces, world), problems: [] }
      : await wantedByScenarios(request, world)
  if (printProblems(problems, io)) return exitCodes.usage
  const { image, imagePullSecret, probePatch, canaryNamespace = standingCanary } = cluster
  const secret = imagePullSecret === undefined ? {} : { imagePullSecret }
  const options = {
    image,
    ...secret,
    everyNode,
    force,
    ...(probePatch === undefined ? {} : { patch: await readProbePatch(probePatch) }),
    ...(request.canary ? { canary: { namespace: canaryNamespace, listeners: canaryListeners } } : {}),
    ...(reader === undefined ? {} : { reader }),
  }
  const plan = await planResidents(client, wanted, options, io.signal)
  const answer = plan.refused.length > 0 ? exitCodes.fail : exitCodes.pass
  if (format === 'yaml') {
    io.stdout.write(await yamlOf(plan))
    for (const { title, why } of plan.refused) io.stderr.write(`not for ${title}: ${why}\n`)
    return answer
  }
  if (dryRun) {
    io.stdout.write(format === 'json' ? `${JSON.stringify(jsonOf(plan), null, 2)}\n` : planText(plan))
    return answer
  }
  const late = await installResidents(client, plan, io.signal)
  for (const { name, why } of late) io.stderr.write(`${name} did not come up: ${why}\n`)
  for (const { title, why } of plan.refused) io.stderr.write(`not for ${title}: ${why}\n`)
  for (const { name, warnings } of plan.residents)
    for (const warning of warnings) io.stderr.write(`${name}: ${warning}\n`)
  const canary = request.canary ? [canaryNamespace] : []
  const own = [...new Set([...plan.residents.map(({ source }) => source.namespace), ...canary])]
  const code = own.length === 0 ? exitCodes.pass : await list(client, { ...request, namespaces: own }, io)
  return late.length > 0 ? exitCodes.fail : Math.max(answer, code)
}

async function yamlOf({ residents, canary, rights }: ResidentPlan): Promise<string> {
  const { stringify } = await import('yaml')
  return [...residents.map(({ workload }) => workload), ...canary, ...rights]
    .map((object) => `---\n${stringify(object, { aliasDuplicateObjects: false })}`)
    .join('')
}

function jsonOf({ residents, canary, rights, refused }: ResidentPlan) {
  return {
    manifests: [...residents.map(({ workload }) => workload), ...canary, ...rights],
    refused: refused.map(({ title, why }) => ({ title, why })),
  }
}
