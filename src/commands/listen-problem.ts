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
  const address = `${HOST}:${port ?? addresses[variable]}`
  if (syscall === 'getaddrinfo') return `HOST is ${HOST}, a name that cannot be resolved: set HOST to an address`
  switch (code) {
    case 'EADDRINUSE':
      return `${address} is in use by another process: set ${variable} (or HOST) to a free one, or stop that process`
    case 'EACCES':
      return `${address} is not allowed for this user (ports below 1024 seldom are): set ${variable} to a higher one`
    case 'EADDRNOTAVAIL':
      return `HOST is ${HOST}, which is not an address of this machine: set HOST, e.g. to 0.0.0.0 for all of its addresses`
    default:
      return undefined
  }
}
