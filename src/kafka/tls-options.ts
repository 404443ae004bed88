import { readFileSync } from 'node:fs'

/** PEM files for TLS to the brokers. */
export interface TlsFiles {
  /** Who may vouch for the brokers; without it, the authorities that Node knows. */
  readonly caFile?: string | undefined
  /** Our own certificate and its key, for brokers that want one. */
  readonly certFile?: string | undefined
  readonly keyFile?: string | undefined
}

/**
 * The options of Node's `tls` for connections to the brokers; `false` without TLS. The files are read for every
 * connection, so that they can be replaced at any time. A file that cannot be read fails that connection alone.
 */
export function tlsOptions(ssl: boolean | TlsFiles) {
  if (ssl === false) return false
  const { caFile, certFile, keyFile } = ssl === true ? ({} as TlsFiles) : ssl
  const read = (file: string | undefined) => (file === undefined ? undefined : readFileSync(file, 'utf8'))
  return {
    get ca() {
      return read(caFile)
    },
    get cert() {
      return read(certFile)
    },
    get key() {
      return read(keyFile)
    },
  }
}
