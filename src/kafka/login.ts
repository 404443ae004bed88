import { type AccessTokenOptions, createAccessTokens } from './access-tokens.ts'
import type { OnClientLog } from './client.ts'
import type { SASLOptions } from './kafkajs/index.ts'
import { readSecret } from './secret-file.ts'

/** How to log in to the brokers. */
export type Login = PasswordLogin | OauthLogin

interface PasswordLogin {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
  readonly username: string
  /** The password, or the file that holds it. The file is read for every login, so that it can be replaced. */
  readonly password: string | { readonly file: string }
}

/** Tokens of an identity provider, for our client's id and secret (RFC 6749, 4.4). */
export interface OauthLogin extends Pick<AccessTokenOptions, 'tokenUrl' | 'clientId' | 'clientSecretFile' | 'scope'> {
  readonly mechanism: 'oauthbearer'
}

type TokenProvider = () => Promise<{ value: string }>

/** All clients with the same login share its token. */
const providers = new WeakMap<OauthLogin, TokenProvider>()

/** The login as kafkajs wants it. Secrets are read, and tokens fetched, when a connection logs in. */
export function saslOptions(login: Login, onClientLog: OnClientLog, timeoutMs: number): SASLOptions {
  if (login.mechanism === 'oauthbearer') {
    let provider = providers.get(login)
    if (provider === undefined) {
      provider = createAccessTokens({ ...login, timeoutMs, onStale: (reason) => onClientLog('warn', reason, {}) })
      providers.set(login, provider)
    }
    return { mechanism: login.mechanism, oauthBearerProvider: provider }
  }
  const { mechanism, username, password } = login
  if (typeof password === 'string') return { mechanism, username, password } as SASLOptions
  return {
    mechanism,
    username,
    get password() {
      return readSecret(password.file)
    },
  } as SASLOptions
}
