import type { X509Certificate } from 'node:crypto'
import type { Server } from 'node:https'
import type { Socket } from 'node:net'
import { createSecureContext, TLSSocket } from 'node:tls'
import type { ClientCertificate } from '../auth/certificates.ts'
import { fileText } from '../file-text.ts'

/** PEM files for TLS. All may be replaced while the gateway runs. */
export interface TlsFiles {
  /** The gateway's certificate, its chain behind it. */
  readonly certFile: string
  readonly keyFile: string
  /** Who may vouch for clients. Without it, clients are not asked for certificates. */
  readonly clientCaFile: string | undefined
}

export interface TlsOptions extends TlsFiles {
  /** Called when new files cannot be used, once for each reason. The ones before stay. */
  readonly onTrouble: (reason: string) => void
  /** Called for each connection that does not become a TLS connection, with OpenSSL's or Node's code. */
  readonly onRefused: (code: string) => void
  readonly rereadMs?: number
}

/** The content of the files, for Node. */
interface Content {
  readonly cert: string
  readonly key: string
  readonly ca: string | undefined
}

const REREAD_MS = 10_000

/** Options of `https.createServer`. Rejects as `readTlsFiles` does. */
export async function tlsOptions(files: TlsFiles, handshakeTimeout: number) {
  const content = await readTlsFiles(files)
  return {
    ...content,
    ...settings(content),
    handshakeTimeout,
    // As `node:http` does by itself: a client may shut its sending side and wait for the answer.
    allowHalfOpen: true,
    noDelay: true,
  }
}

/** A client without a certificate, or with one of somebody else, still gets an answer: health checks have none. */
function settings({ ca }: Content) {
  return { minVersion: 'TLSv1.2', requestCert: ca !== undefined, rejectUnauthorized: false } as const
}

/** Rejects when the files cannot be read or do not fit together. */
export async function readTlsFiles({ certFile, keyFile, clientCaFile }: TlsFiles): Promise<Content> {
  const [cert, key, ca] = await Promise.all(
    [certFile, keyFile, clientCaFile].map((file) => (file === undefined ? undefined : fileText(file))),
  )
  const content = { cert: cert as string, key: key as string, ca }
  // OpenSSL takes an empty one, but then every handshake fails. While somebody writes a file, it is empty for a moment.
  for (const [file, text] of [
    [certFile, cert],
    [keyFile, key],
  ])
    if (text === '') throw new Error(`${file}: it is empty`)
  try {
    createSecureContext({ ...content, minVersion: 'TLSv1.2' })
  } catch (error) {
    throw new Error(`${certFile}, ${keyFile}: ${(error as Error).message}`, { cause: error })
  }
  if (ca !== undefined && !ca.includes('-----BEGIN CERTIFICATE-----'))
    throw new Error(`${clientCaFile}: it has no certificate`)
  return content
}

/** Of each connection with TLS: whether the authorities that vouched for its client still count. */
const isStillTrusted = new WeakMap<Socket, () => boolean>()

/**
 * Reads the files again every ten seconds, as files of keys are. New connections get the new certificate; open ones go
 * on. Certificates of clients count only while the authorities are those that they were checked against. Returns a
 * function that ends this.
 */
export async function watchTls(server: Server, options: TlsOptions): Promise<() => void> {
  const { onTrouble, onRefused, rereadMs = REREAD_MS } = options
  let current = await readTlsFiles(options)
  let trouble: string | undefined
  server.on('secureConnection', (socket: TLSSocket) => {
    const { ca } = current
    isStillTrusted.set(socket, () => ca === current.ca)
  })
  server.on('tlsClientError', (error: NodeJS.ErrnoException) => onRefused(error.code ?? error.message))

  const reread = async () => {
    try {
      const content = await readTlsFiles(options)
      if (content.cert !== current.cert || content.key !== current.key || content.ca !== current.ca) {
        server.setSecureContext({ ...content, ...settings(content) })
        current = content
      }
      trouble = undefined
    } catch (error) {
      const reason = (error as Error).message
      if (reason !== trouble) onTrouble(reason)
      trouble = reason
    }
  }
  const timer = setInterval(reread, rereadMs)
  return () => clearInterval(timer)
}

const certificates = new WeakMap<Socket, X509Certificate>()

/** The certificate that the client of a connection has shown; undefined without one. */
export function clientCertificateOf(socket: Socket): ClientCertificate | undefined {
  if (!(socket instanceof TLSSocket)) return undefined
  const certificate = certificates.get(socket) ?? socket.getPeerX509Certificate()
  if (certificate === undefined) return undefined
  certificates.set(socket, certificate)
  return { certificate, isTrusted: socket.authorized && isStillTrusted.get(socket)?.() === true }
}
