import type { X509Certificate } from 'node:crypto'
import { Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { LRUCache } from 'lru-cache'
import type { AuthResult } from './auth-result.ts'
import { reach, reachOf, scopesOf } from './claims.ts'
import { parseJson } from './json.ts'
import type { Principal } from './principal.ts'
import { isRevoked, type Revocations } from './revocations.ts'

/** What a client has shown, and whether an authority of ours vouches for it. */
export interface ClientCertificate {
  readonly certificate: X509Certificate
  readonly isTrusted: boolean
}

const HolderSchema = Type.Object(
  {
    stores: reach('The stores that it is for.'),
    terminals: reach('The terminals that it is for.'),
    scope: Type.String({ maxLength: 256, description: 'What it may be used for, separated by blanks.' }),
  },
  { additionalProperties: false },
)

/** The file of those who have certificates: by name, what they may do. An operator writes it. */
const HoldersSchema = Type.Record(Type.String({ pattern: '^[\\x21-\\x7e]{1,128}$' }), HolderSchema, {
  additionalProperties: false,
})

const check = TypeCompiler.Compile(HoldersSchema)

/** By name: what the holder of a certificate may do. */
export type Holders = ReadonlyMap<string, Pick<Principal, 'stores' | 'terminals' | 'scopes'>>

/** Reads the text of such a file. Throws an error that says what is wrong with it. */
export function readHolders(text: string): Holders {
  const file = parseJson(text)
  if (!check.Check(file)) throw new Error(`${check.Errors(file).First()?.path || 'the file'} is not as it should be`)
  return new Map(
    Object.entries(file).map(([name, { stores, terminals, scope }]) => [
      name,
      { stores: reachOf(stores), terminals: reachOf(terminals), scopes: scopesOf(scope) },
    ]),
  )
}

export interface CertificateOptions {
  readonly holders: () => Holders
  readonly revocations: () => Revocations
  readonly onFirstUse: (principal: Principal, sender: string) => void
  readonly now?: () => number
}

/** Certificates whose first use was told; more are told again. */
const MAX_KNOWN = 10_000

/**
 * Who has shown a certificate: the one of its names (SAN) that the file of holders has. Looked up for every request, so
 * that a name that is taken out of the file is revoked.
 */
export function createCertificateAuth(
  options: CertificateOptions,
): (shown: ClientCertificate, sender: string) => AuthResult {
  const { holders, revocations, onFirstUse, now = Date.now } = options
  const seen = new LRUCache<string, true>({ max: MAX_KNOWN })
  const read = new WeakMap<X509Certificate, CertificateFacts>()

  return ({ certificate, isTrusted }, sender) => {
    if (!isTrusted) return { kind: 'failure', failure: 'certificate-untrusted' }
    const facts = read.get(certificate) ?? factsOf(certificate)
    read.set(certificate, facts)
    if (now() >= facts.expiresAtMs) return { kind: 'failure', failure: 'certificate-expired' }
    const named = facts.names.filter((name) => holders().has(name))
    const [name] = named
    // With two names it would be one or the other, depending on what else is in the file.
    if (name === undefined || named.length > 1) return { kind: 'failure', failure: 'certificate-unknown' }
    const { tokenId, issuedAtMs, expiresAtMs } = facts
    const principal = { name, tokenId, issuedAtMs, expiresAtMs, ...(holders().get(name) as NonNullable<Holder>) }
    if (isRevoked(revocations(), principal)) return { kind: 'failure', failure: 'certificate-revoked' }
    if (!seen.has(tokenId)) {
      seen.set(tokenId, true)
      onFirstUse(principal, sender)
    }
    return { kind: 'principal', principal }
  }
}

type Holder = ReturnType<Holders['get']>

interface CertificateFacts extends Pick<Principal, 'tokenId' | 'issuedAtMs' | 'expiresAtMs'> {
  readonly names: readonly string[]
}

function factsOf(certificate: X509Certificate): CertificateFacts {
  return {
    names: namesIn(certificate.subjectAltName ?? ''),
    tokenId: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    issuedAtMs: certificate.validFromDate.getTime(),
    expiresAtMs: certificate.validToDate.getTime(),
  }
}

/** One entry of the text: a value with a comma or a quote in it is quoted as in JSON. */
const ENTRY = /([A-Za-z][\w ]*):((?:[^,"]|"(?:[^"\\]|\\.)*")*)(?:, |$)/y

/**
 * The DNS names, URIs and e-mail addresses in Node's text of a SAN; none if any part of it cannot be read. Other types
 * are no names here. Nor is a quoted value: it could hold what looks like another entry.
 */
export function namesIn(subjectAltName: string): string[] {
  const names = new Set<string>()
  ENTRY.lastIndex = 0
  while (ENTRY.lastIndex < subjectAltName.length) {
    const [, type = '', value = ''] = ENTRY.exec(subjectAltName) ?? []
    if (type === '') return []
    if (['DNS', 'URI', 'email'].includes(type) && !value.includes('"')) names.add(value)
  }
  return [...names]
}
