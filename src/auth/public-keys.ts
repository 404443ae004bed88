import { createLocalJWKSet, type JSONWebKeySet, type LocalJWKSet } from 'jose'
import { parseJson } from './json.ts'

/** All that a set says about the keys of one id. As long as the text is the same, so are they. */
export interface KeyText {
  readonly kid: string
  readonly text: string
}

/** One set of public keys (JWKS, RFC 7517). */
export interface PublicKeys {
  /** Finds the key of a token. */
  readonly find: LocalJWKSet
  readonly ids: readonly string[]
  /** What the set says about the keys of this id. */
  about(kid: string): KeyText | undefined
}

/** Types of keys with a public half. A symmetric key in the file would let everybody who can read it make tokens. */
const PUBLIC_TYPES: ReadonlySet<unknown> = new Set(['OKP', 'EC', 'RSA'])

/** Reads the text of a JWKS. Throws an error that says what is wrong with it, and repeats nothing of it. */
export function readPublicKeys(text: string): PublicKeys {
  const set = publicKeys(parseJson(text))
  const texts = new Map<string, KeyText>()
  for (const key of set.keys) {
    const { kid } = key
    if (typeof kid === 'string') texts.set(kid, { kid, text: `${texts.get(kid)?.text ?? ''}${JSON.stringify(key)}` })
  }
  return { find: createLocalJWKSet(set), ids: [...texts.keys()], about: (kid) => texts.get(kid) }
}

/** The document itself, if it is a JWKS of public keys. Throws otherwise. */
export function publicKeys(document: unknown): JSONWebKeySet {
  const keys: unknown = Object(document).keys
  if (!Array.isArray(keys)) throw new Error('it is no JWKS: it has no list of keys')
  for (const key of keys) {
    const { kty, d } = Object(key)
    if (!PUBLIC_TYPES.has(kty)) throw new Error('it has a key that is not public')
    if (d !== undefined) throw new Error('it has a private key, which must stay with whoever issues tokens')
  }
  return document as JSONWebKeySet
}
