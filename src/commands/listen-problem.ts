import { addressText } from '../network-address.ts'
import { systemWords } from '../system-problem.ts'

/** Where a program was told to listen: for tills, if it listens for any, and for its operator. */
export interface ListenAddresses {
  readonly HOST?: string
  readonly PORT?: number
  readonly ADMIN_HOST: string
  readonly ADMIN_PORT: number
}

/** Why a port could not be opened, and which variable to set; undefined for any other error. */
export function listenProblem(error: unknown, addresses: ListenAddresses): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, port, syscall } = error as ListenError
  const isAdmin = isOfAdmin(error, addresses)
  const [hostName, portName] = isAdmin ? (['ADMIN_HOST', 'ADMIN_PORT'] as const) : (['HOST', 'PORT'] as const)
  const host = addresses[hostName] as string
  const address = addressText(host, port ?? (addresses[portName] as number))
  const isHost = `${hostName} is ${host}`
  if (syscall === 'getaddrinfo') return `${isHost}, a name that cannot be resolved: set ${hostName} to an address`
  if (syscall !== 'listen' && syscall !== 'bind') return undefined
  switch (code) {
    case 'EADDRINUSE':
      return `${address} is in use by another process: set ${portName} (or ${hostName}) to a free one, or stop that process`
    case 'EACCES':
      return `${address} is not allowed for this user (ports below 1024 seldom are): set ${portName} to a higher one`
    case 'EADDRNOTAVAIL':
      return `${isHost}, which is not an address of this machine: set ${hostName}, e.g. to 0.0.0.0 for all of its addresses`
    case 'EAFNOSUPPORT':
      return `${isHost}, but this machine has no IPv6: set ${hostName} to an IPv4 address, e.g. to 0.0.0.0 for all of them`
    case 'EINVAL':
      return `${isHost}: an address that begins with fe80 needs its interface, e.g. ${host}%eth0`
    default:
      return `${address} cannot be listened on: ${systemWords(error) ?? error.message}`
  }
}

type ListenError = NodeJS.ErrnoException & { port?: number; address?: string; hostname?: string }

/** The two ports differ; where both are 0, the addresses tell the listeners apart, if anything does. */
function isOfAdmin(error: ListenError, { HOST, PORT, ADMIN_HOST, ADMIN_PORT }: ListenAddresses): boolean {
  if (HOST === undefined || PORT === undefined) return true
  const { port, address, hostname } = error
  if (port !== undefined && PORT !== ADMIN_PORT) return port === ADMIN_PORT
  return HOST !== ADMIN_HOST && (address ?? hostname) === ADMIN_HOST
}
