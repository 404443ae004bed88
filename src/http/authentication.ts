import type { FastifyRequest } from 'fastify'
import type { Authenticate, AuthFailure } from '../auth/authenticate.ts'
import { may, type Principal } from '../auth/principal.ts'
import { Problem } from '../errors.ts'
import { FORBIDDEN } from '../ingest/invoice.ts'
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
  'no-keys': new Problem('keys-unavailable', 'The keys of the identity provider were never read. Send it again.'),
}

const FORBIDDEN_SCOPE = new Problem('forbidden', 'The token is not for writing invoices.', {
  headers: { 'www-authenticate': 'Bearer realm="tillgate", error="insufficient_scope", scope="invoices:write"' },
})

/** For the OpenAPI document: a route that takes a token, and needs none with `AUTH=off`. */
export const MAY_NEED_TOKEN = [{}, { token: [] }]

/** The terminal that the path of a request names. */
interface NamedTerminal {
  readonly storeId?: string
  readonly terminalId?: string
}

/**
 * Who sends a request, or why it is refused. It is found out from the header fields, the connection's certificate and the path, before anything
 * is reserved. `null`: tokens are not asked for. Returns at once for a token that was verified before.
 */
export function principalOf(
  request: FastifyRequest,
  authenticate: Authenticate | null,
): Principal | null | Problem | Promise<Principal | Problem> {
  if (authenticate === null) return null
  const { headers, socket } = request.raw
  const result = authenticate(headers.authorization, clientCertificateOf(socket))
  const terminal = request.params as NamedTerminal
  return result instanceof Promise ? result.then((known) => writerOf(known, terminal)) : writerOf(result, terminal)
}

type AuthResult = Awaited<ReturnType<Authenticate>>

function writerOf(result: AuthResult, { storeId, terminalId }: NamedTerminal): Principal | Problem {
  if (result.kind === 'failure') return FAILURES[result.failure]
  const { principal } = result
  if (!principal.scopes.has('invoices:write')) return FORBIDDEN_SCOPE
  if (storeId === undefined || terminalId === undefined) return principal
  return may(principal, 'invoices:write', { storeId, terminalId }) ? principal : FORBIDDEN
}
