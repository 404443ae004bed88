/** A host, which may be a name or an address, and a port. */
export interface NetworkAddress {
  readonly host: string
  readonly port: number
}

/** `host:port` as text. An IPv6 address gets brackets: `[::1]:9092`. */
export function addressText(host: string, port: number): string {
  return `${bracketed(host)}:${port}`
}

/** Reads `host:port`; the host may be an IPv6 address in brackets. NaN if there is no port. */
export function parseAddress(text: string): NetworkAddress {
  const colon = text.lastIndexOf(':')
  const port = text.slice(colon + 1)
  return { host: unbracketed(text.slice(0, Math.max(colon, 0))), port: port === '' ? Number.NaN : Number(port) }
}

/** A host as it stands in a URL. */
function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
}

/** A host as the system wants it. */
export function unbracketed(host: string): string {
  return /^\[.*\]$/.test(host) ? host.slice(1, -1) : host
}

/** Whether only this machine reaches what listens at this host. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}
