import { type RevocationsFile, readRevocations, readRevocationsFile } from '../../auth/revocations.ts'
import { InputError } from '../terminal/input-errors.ts'
import type { WantedRevocation } from './options.ts'
import { readIfThere, replaceFile } from './private-file.ts'

/**
 * Adds a revocation to a file, which is made if there is none. Gateways read it within seconds. Resolves with what is
 * revoked now, in words.
 */
export async function revoke(file: string, what: WantedRevocation): Promise<string> {
  const known = await read(file)
  const before = (was: string | undefined) => latest(was, what.beforeMs ?? nextSecondMs())
  const write = (changed: Partial<RevocationsFile>) =>
    replaceFile(file, `${JSON.stringify({ ...known, ...changed }, null, 2)}\n`)
  switch (what.kind) {
    case 'token':
      await write({ tokens: [...new Set([...known.tokens, what.id])] })
      return `the token ${what.id}`
    case 'store': {
      const time = before(known.stores[what.id])
      await write({ stores: { ...known.stores, [what.id]: time } })
      return `all tokens that list store ${what.id} and were issued before ${time}`
    }
    case 'name': {
      const time = before(known.names?.[what.id])
      await write({ names: { ...known.names, [what.id]: time } })
      return `all tokens of ${what.id} that were issued before ${time}`
    }
    case 'all': {
      const time = before(known.all)
      await write({ all: time })
      return `every token that was issued before ${time}`
    }
  }
}

/** An earlier time would make revoked tokens valid again. */
function latest(known: string | undefined, beforeMs: number): string {
  return new Date(Math.max(beforeMs, known === undefined ? 0 : Date.parse(known))).toISOString()
}

/** Tokens say in which second they were issued. Those of this one are meant too. */
function nextSecondMs(): number {
  return (Math.floor(Date.now() / 1_000) + 1) * 1_000
}

async function read(file: string): Promise<RevocationsFile> {
  const text = await readIfThere(file)
  if (text === undefined) return { tokens: [], stores: {} }
  try {
    readRevocations(text) // which looks at its times, too
    return readRevocationsFile(text)
  } catch (error) {
    throw new InputError(`${file}: ${(error as Error).message}`)
  }
}
