import { readRevocations } from '../../auth/revocations.ts'
import { InputError } from '../terminal/input-errors.ts'
import type { WantedRevocation } from './options.ts'
import { readIfThere, replaceFile } from './private-file.ts'

/** Adds a revocation to a file, which is made if there is none. Gateways read it within seconds. */
export async function revoke(file: string, what: WantedRevocation, now = new Date()): Promise<void> {
  const { tokens, stores } = await read(file)
  const changed =
    'tokenId' in what
      ? { tokens: [...new Set([...tokens, what.tokenId])], stores }
      : {
          tokens,
          stores: { ...stores, [what.storeId]: latest(stores[what.storeId], what.beforeMs ?? nextSecondMs(now)) },
        }
  await replaceFile(file, `${JSON.stringify(changed, null, 2)}\n`)
}

/** An earlier time would make revoked tokens valid again. */
function latest(known: string | undefined, beforeMs: number): string {
  return new Date(Math.max(beforeMs, known === undefined ? 0 : Date.parse(known))).toISOString()
}

/** Tokens say in which second they were issued. Those of this one are meant too. */
function nextSecondMs(now: Date): number {
  return (Math.floor(now.getTime() / 1_000) + 1) * 1_000
}

async function read(file: string): Promise<{ tokens: string[]; stores: Record<string, string> }> {
  const text = await readIfThere(file)
  if (text === undefined) return { tokens: [], stores: {} }
  try {
    readRevocations(text)
    return JSON.parse(text)
  } catch (error) {
    throw new InputError(`${file}: ${(error as Error).message}`)
  }
}
