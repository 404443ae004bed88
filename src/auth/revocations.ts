import { type Static, Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { parseJson } from './json.ts'
import type { Principal } from './principal.ts'

const time = (description: string) =>
  Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$', description })

/** The file of revocations. An operator writes it with `tillgate token revoke`. */
const RevocationsSchema = Type.Object(
  {
    tokens: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
      description: 'The `jti` of each revoked token.',
    }),
    names: Type.Optional(
      Type.Record(Type.String(), time('By `sub`: its tokens that were issued before this time are revoked.')),
    ),
    stores: Type.Record(Type.String(), time('By store: tokens that list it and were issued before this time.')),
    all: Type.Optional(time('Every token that was issued before this time is revoked.')),
  },
  { additionalProperties: false },
)

export type RevocationsFile = Static<typeof RevocationsSchema>

const check = TypeCompiler.Compile(RevocationsSchema)

/** Which tokens are revoked, although they have not expired. Times are milliseconds since 1970. */
export interface Revocations {
  readonly tokens: ReadonlySet<string>
  /** By `sub`: the time before which its tokens are revoked. */
  readonly names: ReadonlyMap<string, number>
  /** The same by store. */
  readonly stores: ReadonlyMap<string, number>
  /** The same for all tokens; 0: none. */
  readonly allBeforeMs: number
}

export const NO_REVOCATIONS: Revocations = { tokens: new Set(), names: new Map(), stores: new Map(), allBeforeMs: 0 }

/** Reads the text of a file of revocations. Throws an error that says what is wrong with it. */
export function readRevocations(text: string): Revocations {
  const { tokens, names = {}, stores, all } = readRevocationsFile(text)
  return {
    tokens: new Set(tokens),
    names: new Map(Object.entries(names).map(([name, before]) => [name, timeOf(before, `/names/${name}`)])),
    stores: new Map(Object.entries(stores).map(([storeId, before]) => [storeId, timeOf(before, `/stores/${storeId}`)])),
    allBeforeMs: all === undefined ? 0 : timeOf(all, '/all'),
  }
}

/** The same as it is written. */
export function readRevocationsFile(text: string): RevocationsFile {
  const file = parseJson(text)
  if (!check.Check(file)) throw new Error(`${check.Errors(file).First()?.path || 'the file'} is not as it should be`)
  return file
}

function timeOf(text: string, path: string): number {
  const ms = Date.parse(text)
  if (Number.isNaN(ms)) throw new Error(`${path} is no time`)
  return ms
}

/**
 * A token for all stores is no store's: one store's trouble must not stop the head office. It is revoked by its id, by
 * its name or with all.
 */
export function isRevoked({ tokens, names, stores, allBeforeMs }: Revocations, principal: Principal): boolean {
  const { issuedAtMs } = principal
  if (issuedAtMs < allBeforeMs || tokens.has(principal.tokenId)) return true
  if (names.size > 0 && issuedAtMs < (names.get(principal.name) ?? 0)) return true
  if (stores.size === 0 || principal.stores === '*') return false
  for (const storeId of principal.stores) if (issuedAtMs < (stores.get(storeId) ?? 0)) return true
  return false
}
