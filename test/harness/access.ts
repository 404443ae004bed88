import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newKey, tokenOf } from '../auth/tokens.ts'

const key = await newKey('harness')
const folder = mkdtempSync(join(tmpdir(), 'tillgate-access-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const jwksFile = join(folder, 'jwks.json')
writeFileSync(jwksFile, JSON.stringify({ keys: [key.publicJwk] }))

/** For every store and terminal, valid for a day. A gateway without tokens takes no notice of it. */
export const TOKEN = await tokenOf(key, {
  ...{ sub: 'tills', stores: '*', terminals: '*' },
  exp: Math.floor(Date.now() / 1_000) + 86_400,
})

export const TOKEN_HEADERS = { authorization: `Bearer ${TOKEN}` }

/** Variables of a gateway that wants this token. */
export const TOKENS_REQUIRED = { AUTH: 'required', AUTH_JWKS_FILE: jwksFile }
