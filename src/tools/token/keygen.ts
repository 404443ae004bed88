import { randomBytes } from 'node:crypto'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { parseJson } from '../../auth/json.ts'
import { publicKeys } from '../../auth/public-keys.ts'
import { InputError } from '../terminal/input-errors.ts'
import { readIfThere, replaceFile, writeSecret } from './private-file.ts'

/**
 * Makes a pair of Ed25519 keys. The private one goes into a new file. The public one is added to a JWKS, so that both
 * the old and the new key count while tokens are exchanged. Resolves with the new key's id.
 */
export async function keygen(keyFile: string, jwksFile: string, kid = newKid(new Date())): Promise<string> {
  const known = await readKeys(jwksFile)
  if (known.some((key) => key.kid === kid))
    throw new InputError(`${jwksFile} has a key ${kid} already: give another --kid`)
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true })
  const about = { kid, alg: 'EdDSA', use: 'sig' }
  await writeSecret(keyFile, `${JSON.stringify({ ...(await exportJWK(privateKey)), ...about })}\n`)
  const keys = [...known, { ...(await exportJWK(publicKey)), ...about }]
  await replaceFile(jwksFile, `${JSON.stringify({ keys }, null, 2)}\n`)
  return kid
}

async function readKeys(file: string): Promise<readonly JWK[]> {
  const text = await readIfThere(file)
  if (text === undefined) return []
  try {
    return publicKeys(parseJson(text)).keys
  } catch (error) {
    throw new InputError(`${file}: ${(error as Error).message}`)
  }
}

function newKid(now: Date): string {
  return `${now.toISOString().slice(0, 10)}-${randomBytes(2).toString('hex')}`
}
