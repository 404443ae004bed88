import type { Form } from '../terminal/forms.ts'
import { UsageError } from '../terminal/input-errors.ts'

/** The value of `--url`. */
export const gatewayAddress: Form<URL> = {
  words: 'the address of a gateway, e.g. http://127.0.0.1:8080',
  read: gatewayUrl,
}

/** `--url` as a URL that ends with a slash. Throws `UsageError`. */
export function gatewayUrl(text: string): URL {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(`--url must be an http or https address, e.g. http://127.0.0.1:8080${hostHint(text)}`)
  if (url.search !== '' || url.hash !== '') throw new UsageError('--url must end before the ? or #')
  if (url.username !== '' || url.password !== '') throw new UsageError('--url must not hold a name or password')
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return url
}

/** For a host and port alone, and for an IPv6 address that lacks its brackets. */
function hostHint(text: string): string {
  const bare = text.replace(/^https?:\/\//, '')
  if (bare === '' || bare.includes('//')) return ''
  const isBareIpv6 = /^[0-9a-f]*:[0-9a-f]*:[0-9a-f:]*$/i.test(bare)
  const host = isBareIpv6 ? `[${bare}]:8080` : bare
  return URL.canParse(`http://${host}`) ? `; did you mean http://${host}?` : ''
}
