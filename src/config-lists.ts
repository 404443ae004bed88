import { isIP } from 'node:net'

/** The parts of a variable that is a list, separated by commas. */
export function listed(list: string | undefined): string[] {
  return list === undefined ? [] : list.split(',').map((part) => part.trim())
}

/** One sentence for each entry of `variable` that is no address and no network. No values. */
export function networkProblems(variable: string, list: string | undefined): string[] {
  return listed(list).flatMap((network, i) =>
    isNetwork(network) ? [] : [`entry ${i + 1} of ${variable} must be an address or a network, e.g. 10.2.0.0/16`],
  )
}

/** A prefix of 0 would be everybody. */
function isNetwork(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/')
  const version = isIP(address)
  if (version === 0 || address.includes('%') || more.length > 0) return false
  if (prefix === undefined) return true
  return /^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128)
}

/** One sentence for each entry of `variable` that is no origin as browsers write it. No values. */
export function originProblems(variable: string, list: string | undefined): string[] {
  return listed(list).flatMap((origin, i) =>
    isOrigin(origin)
      ? []
      : [`entry ${i + 1} of ${variable} must be an origin, e.g. https://till.example, in lower case`],
  )
}

/** Browsers leave out the usual port and a slash at the end. Tills in a wrapper may have a scheme of their own. */
function isOrigin(text: string): boolean {
  if (!/^[a-z][a-z0-9+.-]*:\/\/(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d+)?$/.test(text)) return false
  return !/^https?:/.test(text) || (URL.canParse(text) && new URL(text).origin === text)
}
