import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createServer, type TLSSocket } from 'node:tls'
import { expect, test } from 'vitest'
import { createAuthority } from '../../../probe/listener/certificate.ts'

async function presented(name: string, authority = createAuthority(Date.now)): Promise<X509Certificate> {
  const server = createServer({ SNICallback: (_, done) => done(null, authority.contextFor(name)) })
  await new Promise<void>((resolve) => server.listen(0, resolve))
  const socket = connect({
    port: (server.address() as { port: number }).port,
    servername: 'sni.test',
    rejectUnauthorized: false,
  })
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject))
  const certificate = (socket as TLSSocket).getPeerX509Certificate()!
  socket.destroy()
  server.close()
  return certificate
}

test('a certificate carries the name, is signed by the root, and is valid now', async () => {
  const authority = createAuthority(Date.now)
  const certificate = await presented('api.backend.svc.cluster.local', authority)
  const root = new X509Certificate(authority.ca)
  expect(certificate.subjectAltName).toBe('DNS:api.backend.svc.cluster.local')
  expect(certificate.checkHost('api.backend.svc.cluster.local')).toBeDefined()
  expect(certificate.checkIssued(root)).toBe(true)
  expect(certificate.verify(root.publicKey)).toBe(true)
  expect([root.ca, certificate.ca]).toEqual([true, false])
  expect(certificate.validFromDate.getTime()).toBeLessThan(Date.now())
  expect(certificate.validToDate.getTime()).toBeGreaterThan(Date.now())
})

test.each(['10.244.0.3', 'fd00:10:244::3'])('%s is certified as an address', async (address) => {
  expect((await presented(address)).checkIP(address)).toBe(address)
})

test('a name of 250 characters is certified too', async () => {
  const long = Array.from({ length: 5 }, () => 'n'.repeat(49)).join('.')
  const certificate = await presented(long)
  expect(certificate.checkHost(long)).toBe(long)
  expect(certificate.subject).toBe(`CN=${long.slice(0, 64)}`)
})

test('one name gets one context', () => {
  const authority = createAuthority(Date.now)
  expect(authority.contextFor('a')).toBe(authority.contextFor('a'))
  expect(authority.contextFor('a')).not.toBe(authority.contextFor('b'))
})

test('openssl verifies the chain, strictly', async (context) => {
  try {
    execFileSync('openssl', ['version'])
  } catch {
    context.skip('openssl is not installed')
  }
  const authority = createAuthority(Date.now)
  const folder = mkdtempSync(join(tmpdir(), 'crosscheck-certificate-'))
  try {
    writeFileSync(join(folder, 'ca.pem'), authority.ca)
    writeFileSync(join(folder, 'leaf.pem'), (await presented('api.backend', authority)).toString())
    const output = execFileSync(
      'openssl',
      ['verify', '-verify_hostname', 'api.backend', '-CAfile', 'ca.pem', 'leaf.pem'],
      { cwd: folder },
    )
    expect(output.toString()).toContain('leaf.pem: OK')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
