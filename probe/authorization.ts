import { createHash, timingSafeEqual } from 'node:crypto'

/**
 * Whether an `Authorization` header contains the bearer token with this SHA-256 (64 hexadecimal digits). Compares in
 * constant time.
 */
export function authorizer(tokenSha256: string | undefined): (header: string | undefined) => boolean {
  if (tokenSha256 === undefined) return () => true
  const expected = Buffer.from(tokenSha256, 'hex')
  return (header) => {
    const token = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(header ?? '')?.[1]
    return (
      timingSafeEqual(
        createHash('sha256')
          .update(token ?? '')
          .digest(),
        expected,
      ) && token !== undefined
    )
  }
}
