import { spawnSync } from 'node:child_process'
import { connect } from 'node:net'
import { getContainerRuntimeClient, type StartedTestContainer, Wait } from 'testcontainers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeFlags } from '../../scripts/build-probe.ts'
import { absent, evaluate, hardened, images } from './containers.ts'

const why = absent(images.probe)

describe.skipIf(why !== undefined)(`the probe's image${why === undefined ? '' : `: ${why}`}`, () => {
  let probe: StartedTestContainer

  beforeAll(async () => {
    probe = await hardened(images.probe)
      .withResourcesQuota({ memory: 0.125 })
      .withExposedPorts(28171, 28172)
      .withWaitStrategy(Wait.forHttp('/readyz', 28172))
      .start()
  })

  afterAll(async () => {
    await probe?.stop()
  })

  it('runs without root, capabilities and a root that can be written to', async () => {
    const status = await evaluate(
      probe,
      `console.log((await import('node:fs')).readFileSync('/proc/1/status', 'utf8'))`,
    )
    expect(status).toMatch(/^Uid:\s+65532\s+65532\s+65532\s+65532$/m)
    expect(status).toMatch(/^Gid:\s+65532\s+65532\s+65532\s+65532$/m)
    expect(status).toMatch(/^CapBnd:\s+0+$/m)
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m)
    await expect(evaluate(probe, `(await import('node:fs')).writeFileSync('/x', '')`)).rejects.toThrow('EROFS')
  })

  it('has a user by number, so that Kubernetes can see that it is not root', async () => {
    const inspected = await (await getContainerRuntimeClient()).container.dockerode.getImage(images.probe).inspect()
    expect(inspected.Config.User).toBe('65532:65532')
  })

  it('holds Node, its libraries, certificates and one bundle, and nothing that could be started beside it', async () => {
    const { container } = await getContainerRuntimeClient()
    const files = spawnSync('tar', ['-t'], {
      input: await exported(container.getById(probe.getId())),
    }).stdout.toString()
    const own = files
      .split('\n')
      .filter((name) => !/\/$|^$|^\.dockerenv$|^(dev|proc|sys)\/|^etc\/(hostname|hosts|resolv\.conf|mtab)$/.test(name))
    const libraries = own.filter((name) => /^(usr\/)?lib(64)?\/.*\.so\.\d+$/.test(name))
    expect(libraries.length).toBeGreaterThan(4)
    expect(own.filter((name) => !libraries.includes(name)).toSorted()).toEqual([
      'THIRD-PARTY-LICENSES.txt',
      'etc/passwd',
      'etc/ssl/certs/ca-certificates.crt',
      'probe.cjs',
      'probe.cjs.cache',
      'start.cjs',
      'usr/local/bin/node',
    ])
    expect((await probe.exec(['sh', '-c', 'true'])).exitCode).not.toBe(0)
  })

  it('starts from what V8 compiled of it when the image was made', async () => {
    const program = `const [{ Script }, { default: Module }, { readFileSync }] = await Promise.all([import('node:vm'), import('node:module'), import('node:fs')])
      const { cachedDataRejected } = new Script(Module.wrap(readFileSync('/probe.cjs', 'utf8')), { cachedData: readFileSync('/probe.cjs.cache') })
      console.log(cachedDataRejected)`
    expect(await evaluate(probe, program, nodeFlags)).toBe('false')
  })

  it('trusts the authorities of Node, by a file that a cluster may replace', async () => {
    const program = `const [tls, { X509Certificate }] = await Promise.all([import('node:tls'), import('node:crypto')])
      const marks = (list) => [...new Set(tls.getCACertificates(list).map((pem) => new X509Certificate(pem).fingerprint256))].toSorted()
      const [file, own] = [marks('system'), marks('bundled')]
      console.log(JSON.stringify([process.env.SSL_CERT_FILE, file.length > 100, file.join() === own.join()]))`
    expect(JSON.parse(await evaluate(probe, program))).toEqual(['/etc/ssl/certs/ca-certificates.crt', true, true])
  })

  it('answers its health check only while the probe answers', async () => {
    const inspected = await (await getContainerRuntimeClient()).container.dockerode.getImage(images.probe).inspect()
    const check = (inspected.Config.Healthcheck as { Test: string[] }).Test.slice(1)
    expect((await probe.exec(check)).exitCode).toBe(0)
    const elsewhere = check.map((word) => word.replace('28172', '28173'))
    expect((await probe.exec(elsewhere)).exitCode).toBe(1)
    await using healthy = await hardened(images.probe).withWaitStrategy(Wait.forHealthCheck()).start()
    expect(healthy.getId()).not.toBe('')
  })

  it('is not to be controlled from outside of the container', async () => {
    const socket = connect({ host: probe.getHost(), port: probe.getMappedPort(28171) })
    const answer = new Promise<string>((resolve) => {
      socket.on('error', ({ message }) => resolve(message))
      socket.on('data', (data) => resolve(data.toString()))
      socket.on('close', () => resolve('closed'))
    })
    socket.write('GET /openapi.json HTTP/1.1\r\nhost: probe\r\n\r\n')
    expect(await answer).not.toContain('HTTP/1.1')
    socket.destroy()
  })

  it('checks a path to another container within 128 MiB, a thousand times at once', async () => {
    await using listener = await hardened(images.probe)
      .withCommand(['listen', '--tcp', '5432'])
      .withWaitStrategy(Wait.forLogMessage(/"ready":true/))
      .start()
    const address = listener.getIpAddress(listener.getNetworkNames()[0]!)
    const program = `
      const checks = Array.from({ length: 1000 }, (_, id) => ({ kind: 'tcp', id: String(id), host: '${address}', port: id < 999 ? 5432 : 5433 }))
      const headers = { 'content-type': 'application/json' }
      const reply = await fetch('http://127.0.0.1:28171/v1/checks', { method: 'POST', headers, body: JSON.stringify({ checks }) })
      const reasons = (await reply.text()).trim().split('\\n').map((line) => JSON.parse(line).outcome.reason)
      console.log(JSON.stringify(Object.fromEntries(Object.entries(Object.groupBy(reasons, (each) => each)).map(([key, list]) => [key, list.length]))))`
    expect(JSON.parse(await evaluate(probe, program))).toEqual({ connected: 999, connect_refused: 1 })
  })

  it('ends at SIGTERM with exit code 0', async () => {
    const { container } = await getContainerRuntimeClient()
    await using stopped = await hardened(images.probe)
      .withWaitStrategy(Wait.forLogMessage(/"ready":true/))
      .start()
    const handle = container.getById(stopped.getId())
    const ended = handle.wait() as Promise<{ StatusCode: number }>
    await handle.kill({ signal: 'SIGTERM' })
    expect((await ended).StatusCode).toBe(0)
  })
})

async function exported(container: { export(): Promise<NodeJS.ReadableStream> }): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of await container.export()) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}
