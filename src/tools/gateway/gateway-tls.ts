import { readFileSync } from 'node:fs'
import { Agent, type Dispatcher } from 'undici'
import { systemWords } from '../../system-problem.ts'
import { text } from '../terminal/forms.ts'
import { UsageError } from '../terminal/input-errors.ts'
import type { Options } from '../terminal/options.ts'

const file = text('the name of a file')

/** Options of commands that connect to a gateway with HTTPS. */
export const TLS_OPTIONS = {
  'ca-file': {
    value: 'FILE',
    form: file,
    help: 'who may vouch for the gateway (PEM)',
    presetText: 'the authorities that Node knows',
  },
  'cert-file': { value: 'FILE', form: file, help: 'our own certificate for the gateway (PEM)' },
  'key-file': { value: 'FILE', form: file, help: 'the private key of --cert-file (PEM)' },
} as const satisfies Options

interface TlsValues {
  readonly 'ca-file': string | undefined
  readonly 'cert-file': string | undefined
  readonly 'key-file': string | undefined
}

/** PEM for connections to a gateway; empty where Node's own settings hold. */
export interface GatewayTls {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

/** Makes connections to gateways, for undici. They are kept for a while and hold no process open. */
export function gatewayConnections(tls: GatewayTls): Dispatcher {
  return new Agent({ connect: tls })
}

/** Reads the files that the options name. Throws `UsageError`. */
export function gatewayTls(values: TlsValues): GatewayTls {
  const { 'ca-file': ca, 'cert-file': cert, 'key-file': key } = values
  if ((cert === undefined) !== (key === undefined)) throw new UsageError('--cert-file and --key-file need each other')
  return {
    ...(ca === undefined ? {} : { ca: contentOf('--ca-file', ca) }),
    ...(cert === undefined ? {} : { cert: contentOf('--cert-file', cert) }),
    ...(key === undefined ? {} : { key: contentOf('--key-file', key) }),
  }
}

function contentOf(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`${option}: ${file} cannot be read: ${systemWords(error) ?? (error as Error).message}`)
  }
}
