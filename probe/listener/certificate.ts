import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'
import { createSecureContext, type SecureContext } from 'node:tls'
import ipaddr from 'ipaddr.js'
import { bits, explicit, implicit, integer, octets, oid, sequence, set, time, truth, utf8 } from './der.ts'

/** Issues certificates for any requested name, under its own root, which lives as long as the process. */
export interface Authority {
  /** The root as PEM, for clients that verify. */
  readonly ca: string
  /** Key and chain for a server name or address, created on first use. Keeps the latest 256. */
  contextFor(name: string): SecureContext
}

const day = 86_400_000
const kept = 256

/**
 * Creates an authority (ECDSA P-256, X.509 v3 according to RFC 5280). Its key is created on first use. `now` in
 * milliseconds since the epoch.
 */
export function createAuthority(now: () => number): Authority {
  const contexts = new Map<string, SecureContext>()
  let root: { key: KeyObject; publicKey: KeyObject; ca: string } | undefined
  const open = () => {
    if (root !== undefined) return root
    const { privateKey: key, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    root = { key, publicKey, ca: pem(issue({ publicKey, signer: key, now: now() })) }
    return root
  }
  return {
    get ca() {
      return open().ca
    },
    contextFor(name) {
      const known = contexts.get(name)
      if (known !== undefined) return known
      const { key: signer, publicKey, ca } = open()
      const certificate = pem(issue({ name, publicKey, signer, now: now() }))
      const key = signer.export({ type: 'pkcs8', format: 'pem' })
      const context = createSecureContext({ key, cert: certificate + ca, minVersion: 'TLSv1.2' })
      if (contexts.size >= kept) contexts.delete(contexts.keys().next().value!)
      contexts.set(name, context)
      return context
    },
  }
}

interface Request {
  /** The subject; the root itself when absent. */
  readonly name?: string
  readonly publicKey: KeyObject
  readonly signer: KeyObject
  readonly now: number
}

const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'))
const issuer = 'Crosscheck listener'

function issue(request: Request): Buffer {
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([0x40]), randomBytes(15)])),
    ecdsaWithSha256,
    commonName(issuer),
    sequence(time(new Date(request.now - day)), time(new Date(request.now + 30 * day))),
    // Names longer than the 64 characters of X.520 are only in the alternative names.
    commonName(request.name === undefined ? issuer : request.name.slice(0, 64)),
    request.publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensions(request.name))),
  )
  return sequence(body, ecdsaWithSha256, bits(sign('sha256', body, request.signer)))
}

function extensions(name: string | undefined): readonly Buffer[] {
  if (name === undefined) return [sequence(oid('2.5.29.19'), truth, octets(sequence(truth)))]
  const alternative = isIP(name)
    ? implicit(7, Buffer.from(ipaddr.parse(name).toByteArray()))
    : implicit(2, Buffer.from(name, 'latin1'))
  const serverAuth = oid('1.3.6.1.5.5.7.3.1')
  return [
    sequence(oid('2.5.29.17'), octets(sequence(alternative))),
    sequence(oid('2.5.29.37'), octets(sequence(serverAuth))),
  ]
}

const commonName = (text: string): Buffer => sequence(set(sequence(oid('2.5.4.3'), utf8(text))))

const pem = (certificate: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${certificate
    .toString('base64')
    .replace(/.{64}/g, '$&\n')
    .trimEnd()}\n-----END CERTIFICATE-----\n`
