import { Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import type { Principal } from './principal.ts'

/** The file of revocations. An operator writes it with `tillgate token revoke`. */
export const RevocationsSchema = Type.Object(
  {
    tokens: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
      description: 'The `jti` of each revoked token.',
    }),
    stores: Type.Record(
      Type.String(),
      Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$' }),
      {
        description: 'By store: tokens that list it and were issued before this time are revoked.',
      },
    ),
  },
  { additionalProperties: false },
)

const check = TypeCompiler.Compile(RevocationsSchema)

/** Which tokens are revoked, although they have not expired. */
export interface Revocations {
  readonly tokens: ReadonlySet<string>
  /** By store: the time before which its tokens are revoked, in milliseconds since 1970. */
  readonly stores: ReadonlyMap<string, number>
}

export const NO_REVOCATIONS: Revocations = { tokens: new Set(), stores: new Map() }

/** Reads the text of a file of revocations. Throws an error that says what is wrong with it. */
export function readRevocations(text: string): Revocations {
  const file: unknown = JSON.parse(text)
  if (!check.Check(file)) throw new Error(`${check.Errors(file).First()?.path || 'the file'} is not as it should be`)
  const stores = Object.entries(file.stores).map(([storeId, before]): [string, number] => [storeId, Date.parse(before)])
  for (const [storeId, beforeMs] of stores) if (Number.isNaN(beforeMs)) throw new Error(`/stores/${storeId} is no time`)
  return { tokens: new Set(file.tokens), stores: new Map(stores) }
}

/** A token for all stores is only revoked by its own id: one store's trouble must not stop the head office. */
export function isRevoked({ tokens, stores }: Revocations, principal: Principal): boolean {
  if (tokens.has(principal.tokenId)) return true
  if (stores.size === 0 || principal.stores === '*') return false
  for (const storeId of principal.stores) if (principal.issuedAtMs < (stores.get(storeId) ?? 0)) return true
  return false
}
