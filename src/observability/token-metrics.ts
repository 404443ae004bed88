import type { OwnRegistry } from './registry.ts'

const REASONS = [
  'missing',
  'malformed',
  'not-ours',
  'expired',
  'not-yet-valid',
  'wrong-audience',
  'claims',
  'revoked',
  'no-keys',
  'busy',
  'certificate-untrusted',
  'certificate-unknown',
  'certificate-expired',
  'certificate-revoked',
  'scope',
  'store or terminal',
] as const
export type TokenRefusal = (typeof REASONS)[number]

export interface TokenMetrics {
  /** Counts one token that was verified. */
  readonly tokenVerified: () => void
  /** Counts one request, or one invoice of an upload, that was refused for its token. */
  readonly tokenRefused: (reason: TokenRefusal) => void
}

export interface TokenSources {
  /** Verified tokens that are remembered. */
  readonly rememberedTokens: () => number
  /** Keys or revocations that could not be read again. */
  readonly staleAuthFiles: () => number
}

export function createTokenMetrics(registry: OwnRegistry, sources: TokenSources): TokenMetrics {
  const verified = registry.counter(
    'tillgate_tokens_verified_total',
    'Tokens that were verified. One that is remembered is not verified again.',
    {},
  )
  const refused = registry.counter(
    'tillgate_tokens_refused_total',
    'Requests and invoices of uploads that were refused for their token, by reason.',
    { reason: REASONS },
  )
  registry.gauge(
    'tillgate_tokens_remembered',
    'Verified tokens in memory, AUTH_MAX_TOKENS at most.',
    sources.rememberedTokens,
  )
  registry.gauge(
    'tillgate_auth_stale',
    'How many of the two, keys and revocations, cannot be read any more, so that those read last count.',
    sources.staleAuthFiles,
  )
  return { tokenVerified: () => verified.inc(), tokenRefused: (reason) => refused.inc({ reason }) }
}
