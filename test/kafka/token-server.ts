import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SignJWT } from 'jose'

/** What a token server was asked. */
export interface TokenRequest {
  readonly authorization: string | undefined
  readonly form: URLSearchParams
}

/** A small token server (RFC 6749, 4.4) whose tokens a Kafka broker can verify with the keys at `jwksUrl`. */
export interface TokenServer {
  readonly tokenUrl: string
  readonly jwksUrl: string
  readonly requests: TokenRequest[]
  /** How long the next tokens are good. */
  tokenSeconds: number
  /** Answers instead of the token server; `undefined`: the token server. */
  script: ((response: ServerResponse) => void) | undefined
  stop(): Promise<void>
}

const KEY_ID = 'test'

export async function startTokenServer(): Promise<TokenServer> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: KEY_ID, alg: 'RS256', use: 'sig' }] }
  const requests: TokenRequest[] = []
  const http = createServer(async (request, response) => {
    if (request.url === '/jwks') return void response.end(JSON.stringify(jwks))
    const form = new URLSearchParams(await textOf(request))
    requests.push({ authorization: request.headers.authorization, form })
    if (server.script !== undefined) return server.script(response)
    const token = await tokenFor('tillgate', server.tokenSeconds, privateKey)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ access_token: token, token_type: 'Bearer', expires_in: server.tokenSeconds }))
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const server: TokenServer = {
    tokenUrl: `${url}/token`,
    jwksUrl: `${url}/jwks`,
    requests,
    tokenSeconds: 3_600,
    script: undefined,
    stop: async () => {
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
  return server
}

async function tokenFor(subject: string, seconds: number, key: KeyObject): Promise<string> {
  const now = Math.floor(Date.now() / 1_000)
  return await new SignJWT({ scope: 'kafka' })
    .setProtectedHeader({ alg: 'RS256', kid: KEY_ID, typ: 'JWT' })
    .setSubject(subject)
    .setAudience('kafka')
    .setIssuedAt(now)
    .setExpirationTime(now + seconds)
    .sign(key)
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
