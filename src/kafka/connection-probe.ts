import { Buffer } from 'node:buffer'
import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { type NetworkAddress, parseAddress } from '../network-address.ts'
import { plainMessage } from '../system-problem.ts'
import { int16, int32, string } from './kafkajs/wire-bytes.ts'
import { type TlsFiles, tlsOptions } from './tls-options.ts'

/** What listens at an address, as far as we can tell. */
export type Seen =
  /** `code`: the system's, e.g. `ECONNREFUSED`. */
  | { readonly kind: 'unreachable'; readonly code: string }
  | { readonly kind: 'late' }
  | { readonly kind: 'http' }
  | { readonly kind: 'silent' }
  /** TLS although plain text was tried. */
  | { readonly kind: 'tls' }
  /** TLS that the peer ended, in OpenSSL's words: it wants another version, or a client certificate. */
  | { readonly kind: 'tls-refused'; readonly reason: string }
  | { readonly kind: 'untrusted'; readonly code: string }
  /** Our own files for TLS are missing or do not fit together. */
  | { readonly kind: 'unusable-files'; readonly reason: string }
  /**
   * Kafka. `isPlain`: without TLS although TLS was tried. `mechanisms`: those of SASL; if there are none, it wants no
   * login.
   */
  | { readonly kind: 'kafka'; readonly isPlain: boolean; readonly mechanisms: readonly string[] }

export interface ProbeOptions {
  readonly ssl: boolean | TlsFiles
  /** Time-out of the whole probe. */
  readonly timeoutMs: number
}

const SASL_HANDSHAKE = 17
const API_VERSIONS = 18
const ILLEGAL_SASL_STATE = 34
/** No broker offers it, so the answer lists the mechanisms that the broker does offer. */
const NO_MECHANISM = 'TILLGATE'
const MAX_ANSWER_BYTES = 65_536
const TLS_ALERT = 0x15

/**
 * Finds out what listens at `address` (`host:port`). Never rejects, and leaves no connection open. A broker with SASL
 * counts this as a failed login.
 */
export async function probe(address: string, { ssl, timeoutMs }: ProbeOptions): Promise<Seen> {
  const deadline = AbortSignal.timeout(timeoutMs)
  const firstDeadline = AbortSignal.timeout(timeoutMs / 2) // leaves time for the other way if the peer only waits
  const at = parseAddress(address)
  const reached = await opened(connect(at), 'connect', deadline)
  if (reached instanceof Error)
    return reached.name === 'AbortError' ? { kind: 'late' } : { kind: 'unreachable', code: codeOf(reached) }
  if (!ssl) {
    const seen = await lookAt(reached, firstDeadline)
    return seen.kind === 'silent'
      ? (await lookThroughTls(at, true, deadline)) === null
        ? seen
        : { kind: 'tls' }
      : seen
  }
  reached.destroy()
  const secured = await lookThroughTls(at, ssl, firstDeadline)
  if (secured !== null) return secured
  const plain = await opened(connect(at), 'connect', deadline)
  if (plain instanceof Error) return { kind: 'silent' }
  const seen = await lookAt(plain, deadline)
  return seen.kind === 'kafka' ? { ...seen, isPlain: true } : seen
}

/**
 * Whether a broker answers at `address`: it is asked which requests it knows, as by every client before it logs in. Never
 * rejects, and leaves no connection open.
 */
export async function answersAt(address: string, { ssl, timeoutMs }: ProbeOptions): Promise<boolean> {
  const deadline = AbortSignal.timeout(timeoutMs)
  const at = parseAddress(address)
  const connecting = () => (ssl ? connectTls({ ...at, ...serverNameOf(at.host), ...tlsOptions(ssl) }) : connect(at))
  let opening: Socket
  try {
    opening = connecting()
  } catch {
    return false // our own files for TLS are missing, or do not fit together
  }
  const socket = await opened(opening, ssl ? 'secureConnect' : 'connect', deadline)
  if (socket instanceof Error) return false
  const versions = await ask(socket, request(API_VERSIONS, 0), deadline)
  socket.destroy()
  return versions.length >= 10 && versions.readInt32BE(4) === API_VERSIONS
}

/** Names may be sent in TLS, addresses may not. */
const serverNameOf = (host: string) => (isIP(host) === 0 ? { servername: host } : {})

/** `null` if the peer does not speak TLS. */
async function lookThroughTls(
  at: NetworkAddress,
  ssl: boolean | TlsFiles,
  deadline: AbortSignal,
): Promise<Seen | null> {
  const servername = isIP(at.host) === 0 ? at.host : ''
  let connecting: TLSSocket
  try {
    connecting = connectTls({ ...at, servername, ...tlsOptions(ssl), rejectUnauthorized: false }) // trust is checked below
  } catch (error) {
    return { kind: 'unusable-files', reason: plainMessage(error) }
  }
  const secured = await opened(connecting, 'secureConnect', deadline)
  if (secured instanceof Error) return isAlert(secured) ? refusedBy(secured) : null
  if (secured.authorized) return await lookUntilAlert(secured, deadline)
  secured.destroy()
  return { kind: 'untrusted', code: String(secured.authorizationError) }
}

/** In TLS 1.3 the peer judges our side only after the handshake, so its alert may come instead of an answer. */
async function lookUntilAlert(secured: Socket, deadline: AbortSignal): Promise<Seen> {
  let fault: Error | undefined
  secured.once('error', (error) => {
    fault = error
  })
  const seen = await lookAt(secured, deadline)
  return seen.kind === 'silent' && fault !== undefined && isAlert(fault) ? refusedBy(fault) : seen
}

/** Asks as a Kafka client does: first for the supported requests, then for a SASL mechanism that no broker offers. */
async function lookAt(socket: Socket, deadline: AbortSignal): Promise<Seen> {
  try {
    const versions = await ask(socket, request(API_VERSIONS, 0), deadline)
    if (versions.subarray(0, 5).toString('latin1') === 'HTTP/') return { kind: 'http' }
    if (versions[0] === TLS_ALERT) return { kind: 'tls' }
    if (versions.length < 10 || versions.readInt32BE(4) !== API_VERSIONS) return { kind: 'silent' }
    const name = Buffer.from(NO_MECHANISM)
    const answer = await ask(socket, request(SASL_HANDSHAKE, 1, Buffer.concat([int16(name.length), name])), deadline)
    if (answer.length < 14) return { kind: 'silent' }
    return { kind: 'kafka', isPlain: false, mechanisms: mechanismsOf(answer) }
  } finally {
    socket.destroy()
  }
}

/** Sends a request and resolves with the first answer, in whatever protocol; empty if there was none. */
async function ask(socket: Socket, request: Buffer, deadline: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = []
  return await new Promise((resolve) => {
    const end = () => {
      socket.off('data', take).off('close', end)
      deadline.removeEventListener('abort', end)
      resolve(Buffer.concat(chunks))
    }
    const take = (chunk: Buffer) => {
      chunks.push(chunk)
      const all = Buffer.concat(chunks)
      const sizeBytes = all.length < 4 ? Number.POSITIVE_INFINITY : all.readInt32BE(0) + 4
      if (all.length >= sizeBytes || all[0] !== 0 || all.length > MAX_ANSWER_BYTES) end()
    }
    if (deadline.aborted || socket.destroyed) return end()
    deadline.addEventListener('abort', end)
    socket.on('data', take).on('close', end)
    socket.write(request)
  })
}

/** A request of Kafka's protocol. Its correlation id is its API key. */
function request(apiKey: number, version: number, body = Buffer.alloc(0)): Buffer {
  const header = Buffer.concat([int16(apiKey), int16(version), int32(apiKey), string('tillgate')])
  return Buffer.concat([int32(header.length + body.length), header, body])
}

function mechanismsOf(answer: Buffer): string[] {
  if (answer.readInt16BE(8) === ILLEGAL_SASL_STATE) return []
  const names: string[] = []
  let at = 14
  for (let left = answer.readInt32BE(10); left > 0 && at + 2 <= answer.length; left--) {
    const length = answer.readInt16BE(at)
    names.push(answer.toString('utf8', at + 2, at + 2 + length))
    at += 2 + length
  }
  return names
}

/** The socket once it is connected, or why it is not. */
async function opened<S extends Socket>(socket: S, event: string, deadline: AbortSignal): Promise<S | Error> {
  return await new Promise((resolve) => {
    const end = (result: S | Error) => {
      deadline.removeEventListener('abort', onDeadline)
      if (result instanceof Error) socket.destroy()
      resolve(result)
    }
    const onDeadline = () => end(Object.assign(new Error('it took too long'), { name: 'AbortError' }))
    socket.on('error', end) // it stays: later errors of the socket are ignored
    if (deadline.aborted) return onDeadline()
    deadline.addEventListener('abort', onDeadline)
    socket.once(event, () => end(socket))
    socket.once('close', () => end(new Error('it was closed')))
  })
}

function codeOf(error: Error): string {
  const { code, errors } = error as NodeJS.ErrnoException & { errors?: Error[] }
  return code ?? (errors?.[0] === undefined ? '' : codeOf(errors[0]))
}

/** The peer speaks TLS and refuses. */
function isAlert(error: Error): boolean {
  return /^ERR_SSL_.*ALERT/.test(codeOf(error))
}

function refusedBy(alert: Error): Seen {
  return { kind: 'tls-refused', reason: reasonOf(alert) }
}

/** OpenSSL's own words are in `reason`; the message also has its source lines. */
function reasonOf(error: Error): string {
  const { reason } = error as { reason?: unknown }
  return typeof reason === 'string' ? reason : error.message
}
