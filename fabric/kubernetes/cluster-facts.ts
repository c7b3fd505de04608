import type { ClusterFacts } from '../fabric.ts'
import type { Client } from './api/client.ts'
import { getObject, type LiveObject } from './api/objects.ts'
import { resources } from './api/resources.ts'

/**
 * The identity of a cluster for an audit: the UID of kube-system, the version, and the user name of the runner. Facts
 * that the user cannot read are absent.
 */
export async function clusterFacts(client: Client, signal: AbortSignal): Promise<ClusterFacts> {
  const [version, uid, user] = await Promise.all([
    client.send({ method: 'GET', path: '/version' }, signal) as Promise<{ gitVersion?: string }>,
    uidOf(client, signal).catch(() => undefined),
    userOf(client, signal).catch(() => client.user),
  ])
  return {
    version: version.gitVersion ?? 'of an unknown version',
    ...(uid === undefined ? {} : { uid }),
    ...(user === '' ? {} : { user }),
  }
}

async function uidOf(client: Client, signal: AbortSignal): Promise<string | undefined> {
  const live = await getObject(client, { resource: resources.Namespace, name: 'kube-system' }, signal)
  return live?.metadata.uid
}

/** authentication.k8s.io/v1, since Kubernetes 1.28. Every authenticated user may use it. */
async function userOf(client: Client, signal: AbortSignal): Promise<string> {
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews'
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
  const { status } = (await client.send({ method: 'POST', path, body }, signal)) as Pick<LiveObject, 'status'>
  return (status?.['userInfo'] as { username?: string } | undefined)?.username ?? client.user
}
