/** What a token may be used for. */
export const SCOPES = ['invoices:write', 'invoices:read'] as const
export type Scope = (typeof SCOPES)[number]

/** Everybody's stores or terminals, or those that are listed. */
export type Reach = ReadonlySet<string> | readonly string[] | '*'

/** Whoever a token or certificate was issued to: a till, a store server, a head-office uploader. */
export interface Principal {
  /** The token's `sub`, or the certificate's name. It is logged, and goes into the records. */
  readonly name: string
  /** The token's `jti`, or the certificate's fingerprint, by which it is revoked. */
  readonly tokenId: string
  readonly stores: Reach
  readonly terminals: Reach
  readonly scopes: ReadonlySet<Scope>
  /** Since 1970. */
  readonly issuedAtMs: number
  readonly expiresAtMs: number
}

/** Whether a principal may do this for a terminal of a store. */
export function may(
  { scopes, stores, terminals }: Pick<Principal, 'scopes' | 'stores' | 'terminals'>,
  scope: Scope,
  { storeId, terminalId }: { readonly storeId: string; readonly terminalId: string },
): boolean {
  return scopes.has(scope) && reaches(stores, storeId) && reaches(terminals, terminalId)
}

function reaches(reach: Reach, id: string): boolean {
  if (reach === '*') return true
  return reach instanceof Set ? reach.has(id) : (reach as readonly string[]).includes(id)
}
