import type { FastifyRequest } from 'fastify'
import type { AuthFailure, AuthResult } from '../auth/auth-result.ts'
import type { Authenticate } from '../auth/authenticate.ts'
import { may, type Principal, type Scope } from '../auth/principal.ts'
import { Problem } from '../errors.ts'
import { FORBIDDEN } from '../ingest/invoice.ts'
import { clientAddress } from './client-address.ts'
import { clientCertificateOf } from './tls.ts'

const INVALID_TOKEN = 'Bearer realm="tillgate", error="invalid_token"'

const unauthorized = (detail: string, challenge = INVALID_TOKEN) =>
  new Problem('unauthorized', detail, { headers: { 'www-authenticate': challenge } })

/** What a till is told. The same for tokens of others and changed ones: nobody learns which keys there are. */
const FAILURES: Readonly<Record<AuthFailure, Problem>> = {
  // RFC 6750, 3.1: no error code where there was no token.
  missing: unauthorized('The request has no token: Authorization: Bearer TOKEN.', 'Bearer realm="tillgate"'),
  malformed: unauthorized('The Authorization field holds no token.'),
  'not-ours': unauthorized('The token is not signed by a key that this gateway knows.'),
  expired: unauthorized('The token has expired. The till needs a new one.'),
  'not-yet-valid': unauthorized('The token is not valid yet. Is the clock right?'),
  'wrong-audience': unauthorized('The token is for another service.'),
  claims: unauthorized('The token lacks a claim that this gateway needs.'),
  revoked: unauthorized('The token is revoked. The till needs a new one.'),
  // With another connection it may be another certificate; the authorities may also be new since this one was made.
  'certificate-untrusted': new Problem(
    'unauthorized',
    'No authority of this gateway vouches for the certificate of this connection.',
    { headers: { 'www-authenticate': INVALID_TOKEN, connection: 'close' } },
  ),
  'certificate-unknown': unauthorized('No name in the certificate of this connection is one that this gateway knows.'),
  'certificate-expired': unauthorized('The certificate of this connection has expired. The till needs a new one.'),
  'certificate-revoked': unauthorized('The certificate of this connection is revoked. The till needs a new one.'),
  busy: new Problem('saturated', 'Too many unknown tokens arrive. Send the same document again.'),
  'no-keys': new Problem('keys-unavailable', 'The keys of the identity provider were never read. Send it again.'),
}

const missingScope = (scope: Scope, detail: string) =>
  new Problem('forbidden', detail, {
    headers: { 'www-authenticate': `Bearer realm="tillgate", error="insufficient_scope", scope="${scope}"` },
  })

const MISSING_SCOPE: Readonly<Record<Scope, Problem>> = {
  'invoices:write': missingScope('invoices:write', 'The token is not for writing invoices.'),
  'invoices:read': missingScope('invoices:read', 'The token is not for reading what is known of invoices.'),
}

/** For the OpenAPI document: a route that takes a token, and needs none with `AUTH=off`. */
export const MAY_NEED_TOKEN = [{}, { token: [] }]

/** The terminal that the path of a request names. */
interface NamedTerminal {
  readonly storeId?: string
  readonly terminalId?: string
}

/** A request that was refused for its token, without the token. */
export interface Denial {
  readonly reason: AuthFailure | 'scope' | 'store or terminal'
  /** Where it came from: see `clientAddress`. */
  readonly address: string
  /** Whose token it is, if the gateway signed it. */
  readonly principal: Principal | undefined
}

/**
 * Who sends a request, or why it is refused. It is found out from the header fields, the connection's certificate and
 * the path, before anything is reserved. `null`: tokens are not asked for. Returns at once for a token that was verified
 * before. `scope`: what the request does.
 */
export function principalOf(
  request: FastifyRequest,
  authenticate: Authenticate | null,
  onDenied: (denial: Denial) => void = () => {},
  scope: Scope = 'invoices:write',
): Principal | null | Problem | Promise<Principal | Problem> {
  if (authenticate === null) return null
  const { headers, socket } = request.raw
  const address = clientAddress(request)
  const result = authenticate(headers.authorization, address, clientCertificateOf(socket))
  const holder = (known: AuthResult) => holderOf(known, scope, request.params as NamedTerminal, address, onDenied)
  return result instanceof Promise ? result.then(holder) : holder(result)
}

function holderOf(
  result: AuthResult,
  scope: Scope,
  { storeId, terminalId }: NamedTerminal,
  address: string,
  onDenied: (denial: Denial) => void,
): Principal | Problem {
  const { principal } = result
  if (result.kind === 'failure') {
    onDenied({ reason: result.failure, address, principal })
    return FAILURES[result.failure]
  }
  if (!result.principal.scopes.has(scope)) {
    onDenied({ reason: 'scope', address, principal })
    return MISSING_SCOPE[scope]
  }
  if (storeId === undefined || terminalId === undefined) return result.principal
  if (may(result.principal, scope, { storeId, terminalId })) return result.principal
  onDenied({ reason: 'store or terminal', address, principal })
  return FORBIDDEN
}
