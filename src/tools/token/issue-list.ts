import { open, rm } from 'node:fs/promises'
import { InputError } from '../terminal/input-errors.ts'
import { createIssuer } from './issue.ts'
import type { WantedClaims } from './options.ts'
import { readTillList } from './till-list.ts'

/** How many tokens are signed before they are written. */
const CHUNK = 1_000

/**
 * Issues a token for each till of a list. They go into a new file that only its owner can read: a line of JSON for each,
 * with the token and what it says. All of the list is checked first. Resolves with the number of tokens. On failure there
 * is no file.
 */
export async function issueList(
  keyFile: string,
  { from, to }: { readonly from: string; readonly to: string },
  wanted: Omit<WantedClaims, 'name' | 'stores' | 'terminals'>,
): Promise<number> {
  const tills = await readTillList(from)
  const issue = await createIssuer(keyFile)
  const handle = await open(to, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? new InputError(`${to} is there already: give another name`) : error
  })
  try {
    for (let at = 0; at < tills.length; at += CHUNK) {
      const issued = await Promise.all(tills.slice(at, at + CHUNK).map((till) => issue({ ...wanted, ...till })))
      await handle.appendFile(issued.map(({ token, claims }) => `${JSON.stringify({ ...claims, token })}\n`).join(''))
    }
    await handle.sync()
  } catch (error) {
    await rm(to, { force: true })
    throw error
  } finally {
    await handle.close()
  }
  return tills.length
}
