import * as fs from 'node:fs/promises'
import { expect, it } from 'vitest'
import { loadScenarios } from '../../../runner/scenario/load.ts'
import { spacesOf } from '../../../runner/scenario/namespaces.ts'
import { folderWith } from '../cli/folder.ts'

it('a scenario speaks of the namespaces of its sources and targets, and of its DNS', async () => {
  const text = `apiVersion: crosscheck.dev/v1alpha1
kind: Scenario
metadata: { name: s }
spec:
  sources: { ui: { namespace: front, like: deployment/ui }, plain: { namespace: plain }, net: { outside: true } }
  targets: { api: "http://api.back.svc.cluster.local:80", short: "tcp://db:1", ip: "tcp://10.1.2.3:80", pod: "tcp://db-0.db.data:1", far: "tcp://a.b.example.com:1" }
  paths:
    - { from: ui, to: [api, short, ip, pod, far, "store/deploy/redis:6379"], expect: allowed }
    - { from: [plain, net], to: api, expect: blocked }
`
  const folder = await folderWith({ 's.yaml': text })
  const { scenarios } = await loadScenarios([`${folder}/s.yaml`], fs, { set: new Map() })
  expect(spacesOf(scenarios[0]!).toSorted()).toEqual(['back', 'data', 'front', 'kube-system', 'plain', 'store'])
})
