import { isIP } from 'node:net'
import { parseAddress, unbracketed } from '../network-address.ts'

/**
 * Whether a browser that sends this `Host` has opened a page of ours. A page of somebody else can make its own name lead
 * to this machine, and then read what is served under that name (DNS rebinding). So only names count that nobody else can
 * have: addresses, `localhost`, names without a dot, and those that the operator has set.
 */
export function isOwnHost(host: string | undefined, names: readonly string[]): boolean {
  if (host === undefined) return false
  const name = nameIn(host).toLowerCase()
  if (name === '') return false
  return isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost') || isOwnName(name, names)
}

function isOwnName(name: string, names: readonly string[]): boolean {
  return !name.includes('.') || names.some((own) => own.toLowerCase() === name)
}

/** The name or address of `name:port`, in which the port may be missing. */
function nameIn(host: string): string {
  const isWithPort =
    /:\d*$/.test(host) && (host.startsWith('[') ? host.includes(']:') : host.indexOf(':') === host.lastIndexOf(':'))
  return isWithPort ? parseAddress(host).host : unbracketed(host)
}
