import type { Principal } from './principal.ts'

/** Why a request has no principal. */
export type AuthFailure =
  /** It has no token. */
  | 'missing'
  /** It has something that is no token. */
  | 'malformed'
  /** No key of the gateway has signed the token, or it was changed. */
  | 'not-ours'
  | 'expired'
  | 'not-yet-valid'
  /** It is for another service, or from another issuer. */
  | 'wrong-audience'
  /** A claim that the gateway needs is missing or not as it should be. */
  | 'claims'
  | 'revoked'
  /** The gateway has no keys yet: the identity provider cannot be reached. */
  | 'no-keys'
  /** Too many tokens that are not known yet came at once, or too many bad ones from this sender. */
  | 'busy'
  /** No authority of ours vouches for the client's certificate. */
  | 'certificate-untrusted'
  /** The file of holders has none of its names, or more than one. */
  | 'certificate-unknown'
  | 'certificate-expired'
  | 'certificate-revoked'

/** Who sends a request, or why it may send nothing. */
export type AuthResult =
  | { readonly kind: 'principal'; readonly principal: Principal }
  /** `principal`: whose token it was, if the gateway signed it. */
  | { readonly kind: 'failure'; readonly failure: AuthFailure; readonly principal?: Principal }
