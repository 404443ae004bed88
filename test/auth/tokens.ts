import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

export interface SigningKey {
  readonly kid: string
  readonly publicJwk: JWK
  readonly privateKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey']
}

export async function newKey(kid: string, alg = 'EdDSA'): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  return { kid, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
}

export const AUDIENCE = 'tillgate'

/** A token for terminal T1 of store S1 unless `claims` says otherwise; valid for an hour. */
export async function tokenOf(key: SigningKey, claims: Record<string, unknown> = {}, alg = 'EdDSA'): Promise<string> {
  const iat = Math.floor(Date.now() / 1_000)
  const all = {
    ...{ sub: 'till-7', jti: 'token-1', iat, exp: iat + 3_600, aud: AUDIENCE },
    ...{ scope: 'invoices:write', stores: ['S1'], terminals: ['T1'] },
    ...claims,
  }
  return await new SignJWT(all).setProtectedHeader({ alg, kid: key.kid }).sign(key.privateKey)
}
