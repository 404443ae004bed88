import { decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose'
import { ALGORITHMS } from '../../auth/authenticate.ts'
import { principalOf } from '../../auth/claims.ts'
import { readPublicKeys } from '../../auth/public-keys.ts'
import { InputError, UsageError } from '../terminal/input-errors.ts'
import { readInput } from './private-file.ts'

/** What a token says, and what is wrong with it. */
export interface Inspected {
  readonly header: object
  readonly claims: Record<string, unknown>
  /** In words; empty if nothing is. */
  readonly faults: readonly string[]
}

/** Reads a token, and verifies it if there are keys. The token is not repeated. */
export async function inspect(token: string, jwksFile: string | undefined): Promise<Inspected> {
  const { header, claims } = decode(token)
  const faults: string[] = []
  if (principalOf(claims) === null) faults.push('a claim is missing or not as it should be')
  if (typeof claims.exp === 'number' && claims.exp * 1_000 <= Date.now()) faults.push('it has expired')
  if (jwksFile !== undefined && !(await isSigned(token, jwksFile))) faults.push('none of these keys signed it')
  return { header, claims, faults }
}

function decode(token: string): Pick<Inspected, 'header' | 'claims'> {
  try {
    return { header: decodeProtectedHeader(token), claims: decodeJwt(token) }
  } catch {
    throw new UsageError('that is no token (JWT)')
  }
}

async function isSigned(token: string, jwksFile: string): Promise<boolean> {
  const text = await readInput(jwksFile)
  try {
    const { find } = readPublicKeys(text)
    await jwtVerify(token, find, { algorithms: ALGORITHMS, currentDate: new Date(0) })
    return true
  } catch (error) {
    // Its times are judged apart from its signature.
    if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired) return true
    if (error instanceof errors.JOSEError) return false
    throw new InputError(`${jwksFile}: ${(error as Error).message}`)
  }
}
