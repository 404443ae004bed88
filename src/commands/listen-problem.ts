import { addressText } from '../network-address.ts'
import { systemWords } from '../system-problem.ts'

/** Where `tillgate serve` was told to listen. */
export interface ListenAddresses {
  readonly HOST: string
  readonly PORT: number
  readonly METRICS_PORT?: number | undefined
}

/** Why no port could be opened, and which variable to set; undefined for any other error. */
export function listenProblem(error: unknown, addresses: ListenAddresses): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, port, syscall } = error as NodeJS.ErrnoException & { port?: number }
  const { HOST, METRICS_PORT } = addresses
  const variable = port !== undefined && port === METRICS_PORT ? 'METRICS_PORT' : 'PORT'
  const address = addressText(HOST, port ?? addresses[variable] ?? addresses.PORT)
  if (syscall === 'getaddrinfo') return `HOST is ${HOST}, a name that cannot be resolved: set HOST to an address`
  if (syscall !== 'listen' && syscall !== 'bind') return undefined
  switch (code) {
    case 'EADDRINUSE':
      return `${address} is in use by another process: set ${variable} (or HOST) to a free one, or stop that process`
    case 'EACCES':
      return `${address} is not allowed for this user (ports below 1024 seldom are): set ${variable} to a higher one`
    case 'EADDRNOTAVAIL':
      return `HOST is ${HOST}, which is not an address of this machine: set HOST, e.g. to 0.0.0.0 for all of its addresses`
    case 'EAFNOSUPPORT':
      return `HOST is ${HOST}, but this machine has no IPv6: set HOST to an IPv4 address, e.g. to 0.0.0.0 for all of them`
    case 'EINVAL':
      return `HOST is ${HOST}: an address that begins with fe80 needs its interface, e.g. ${HOST}%eth0`
    default:
      return `${address} cannot be listened on: ${systemWords(error) ?? error.message}`
  }
}
