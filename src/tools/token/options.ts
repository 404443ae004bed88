import { type Reach, SCOPES, type Scope } from '../../auth/principal.ts'
import { type Form, number, text, time } from '../terminal/forms.ts'
import { UsageError } from '../terminal/input-errors.ts'
import { type Options, parseOptions, parseOptionsAndFiles } from '../terminal/options.ts'
import { suggestion } from '../terminal/suggestion.ts'

/** What `tillgate token` was asked for. */
export type TokenArguments =
  | { readonly action: 'keygen'; readonly keyFile: string; readonly jwksFile: string; readonly kid: string | undefined }
  | { readonly action: 'issue'; readonly keyFile: string; readonly claims: WantedClaims }
  | {
      readonly action: 'issue-list'
      readonly keyFile: string
      readonly files: ListFiles
      readonly claims: SharedClaims
    }
  | { readonly action: 'inspect'; readonly token: string; readonly jwksFile: string | undefined }
  | { readonly action: 'revoke'; readonly file: string; readonly what: WantedRevocation }

export interface WantedClaims {
  readonly name: string
  readonly audience: string
  readonly stores: Reach
  readonly terminals: Reach
  readonly scopes: readonly Scope[]
  readonly days: number
}

/** What all tokens of a list have in common. */
export type SharedClaims = Omit<WantedClaims, 'name' | 'stores' | 'terminals'>

export interface ListFiles {
  /** The list of tills; `-` is standard input. */
  readonly from: string
  /** A new file for their tokens. */
  readonly to: string
}

/** `beforeMs`: since 1970; tokens issued before it. Default: until now. */
export type WantedRevocation =
  | { readonly kind: 'token' | 'store' | 'name'; readonly id: string; readonly beforeMs?: number | undefined }
  | { readonly kind: 'all'; readonly beforeMs?: number | undefined }

const file = text('the name of a file')
const DAYS = { min: 0.01, max: 3_650, preset: 400 }

/** `*`, or ids separated by commas. */
const reach: Form<Reach> = {
  words: '"*" for all, or ids separated by commas',
  read(text) {
    if (text === '*') return '*'
    const ids = text.split(',')
    return ids.every((id) => /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/.test(id)) ? new Set(ids) : undefined
  },
}

const scopes: Form<readonly Scope[]> = {
  words: `one or more of ${SCOPES.join(', ')}, separated by commas`,
  read(text) {
    const given = text.split(',').map((name) => SCOPES.find((scope) => scope === name))
    return given.every((scope) => scope !== undefined) ? given : undefined
  },
}

export const KEYGEN_OPTIONS = {
  'key-file': { value: 'FILE', form: file, isRequired: true, help: 'where the private key goes: keep it secret' },
  'jwks-file': {
    value: 'FILE',
    form: file,
    isRequired: true,
    help: 'where the public key goes, for AUTH_JWKS_FILE; it is added to those that the file has',
  },
  kid: { value: 'ID', form: text('an id'), help: 'id of the key', presetText: 'today and four random letters' },
} as const satisfies Options

export const ISSUE_OPTIONS = {
  'key-file': { value: 'FILE', form: file, isRequired: true, help: 'the private key, from keygen' },
  name: { value: 'NAME', form: text('a name'), help: 'whom it is for: it is in logs and records' },
  stores: { value: 'IDS', form: reach, help: 'its stores, separated by commas, or *' },
  terminals: { value: 'IDS', form: reach, help: 'its terminals, separated by commas, or *' },
  from: {
    value: 'FILE',
    form: file,
    help: 'instead: many tokens, from a CSV file with the columns name,stores,terminals (- is standard input)',
  },
  to: { value: 'FILE', form: file, help: 'with --from: a new file for the tokens, a line of JSON for each' },
  scopes: {
    value: 'NAMES',
    form: scopes,
    help: `what it is for: one or more of ${SCOPES.join(', ')}`,
    presetText: 'invoices:write',
  },
  days: { value: 'N', form: number(DAYS.min, DAYS.max), preset: DAYS.preset, help: 'how long it is valid' },
  audience: { value: 'NAME', form: text('a name'), preset: 'tillgate', help: 'as AUTH_AUDIENCE' },
} as const satisfies Options

export const INSPECT_OPTIONS = {
  'jwks-file': { value: 'FILE', form: file, help: 'public keys to verify it with; without, it is only shown' },
} as const satisfies Options

export const REVOKE_OPTIONS = {
  file: { value: 'FILE', form: file, isRequired: true, help: 'file of revocations, for AUTH_REVOCATIONS_FILE' },
  'token-id': { value: 'ID', form: text('an id'), help: 'revoke this token: the jti that issue and inspect show' },
  store: { value: 'ID', form: text('an id'), help: 'revoke all tokens that list this store, issued until now' },
  name: { value: 'NAME', form: text('a name'), help: 'revoke all tokens of this name (sub), issued until now' },
  all: { help: 'revoke every token that was issued until now' },
  before: { value: 'TIME', form: time, help: 'only those issued before this time; not with --token-id' },
} as const satisfies Options

const ACTIONS = ['keygen', 'issue', 'inspect', 'revoke'] as const

/** Reads the arguments that follow `token`. Throws `UsageError`. */
export function parseTokenArguments([action = '', ...args]: readonly string[]): TokenArguments {
  switch (action) {
    case 'keygen': {
      const { 'key-file': keyFile, 'jwks-file': jwksFile, kid } = parseOptions(args, KEYGEN_OPTIONS)
      return { action, keyFile, jwksFile, kid }
    }
    case 'issue': {
      const { 'key-file': keyFile, scopes = ['invoices:write'], ...given } = parseOptions(args, ISSUE_OPTIONS)
      const { name, stores, terminals, from, to, ...rest } = given
      const shared = { ...rest, scopes }
      const isOne = name !== undefined && stores !== undefined && terminals !== undefined
      const isList = name === undefined && stores === undefined && terminals === undefined
      if (isOne && from === undefined && to === undefined)
        return { action, keyFile, claims: { ...shared, name, stores, terminals } }
      if (isList && from !== undefined && to !== undefined)
        return { action: 'issue-list', keyFile, files: { from, to }, claims: shared }
      throw new UsageError('issue takes --name, --stores and --terminals, or --from and --to')
    }
    case 'inspect': {
      const { values, files } = parseOptionsAndFiles(args, INSPECT_OPTIONS)
      const [token, ...others] = files
      if (token === undefined || others.length > 0)
        throw new UsageError('inspect takes one token, or - for standard input')
      return { action, token, jwksFile: values['jwks-file'] }
    }
    case 'revoke': {
      const { file, 'token-id': token, store, name, all, before: beforeMs } = parseOptions(args, REVOKE_OPTIONS)
      const wanted: WantedRevocation[] = Object.entries({ token, store, name }).flatMap(([kind, id]) =>
        id === undefined ? [] : [{ kind: kind as 'token' | 'store' | 'name', id, beforeMs }],
      )
      if (all) wanted.push({ kind: 'all', beforeMs })
      const [what] = wanted
      if (what !== undefined && wanted.length === 1 && (what.kind !== 'token' || beforeMs === undefined))
        return { action, file, what }
      throw new UsageError('revoke takes one of --token-id, --store, --name and --all; the last three with --before')
    }
    default:
      throw new UsageError(`token needs one of ${ACTIONS.join(', ')}${suggestion(action, ACTIONS)}`)
  }
}
