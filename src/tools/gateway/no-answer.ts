import { systemProblem } from '../../system-problem.ts'

/** Why an HTTP request got no answer. */
export interface NoAnswer {
  readonly reason: string
  /** Part of the request may have arrived. */
  readonly isSent: boolean
}

const WORDS: Readonly<Record<string, string>> = {
  UND_ERR_SOCKET: 'the other side broke the connection off',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time: the host is down or a firewall drops it',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS: is it http:// instead of https://?',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS: is it http:// instead of https://?',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name: --url has to use a name in the certificate',
  CERT_HAS_EXPIRED: 'its certificate has expired',
}

/** Errors that end a connection before anything of the request is sent. */
const UNCONNECTED =
  /^(?:UND_ERR_CONNECT_TIMEOUT|ENOTFOUND|EAI_AGAIN|ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG)$|CERT|SIGNATURE|ISSUER/

/** What undici's error means, in words. */
export function noAnswer(error: unknown): NoAnswer {
  const { code = '', message, syscall, errors = [] } = error as Failure
  const isConnecting =
    syscall === 'connect' || (errors.length > 0 && errors.every((each) => each.syscall === 'connect'))
  return {
    reason: `no answer: ${words(code, error) || message || code}`,
    isSent: !isConnecting && !UNCONNECTED.test(code),
  }
}

type Failure = Error & { code?: string; syscall?: string; errors?: { syscall?: string }[] }

function words(code: string, error: unknown): string | undefined {
  if (Object.hasOwn(WORDS, code)) return WORDS[code]
  if ((error as Error).name === 'HTTPParserError') return 'what listens there does not speak HTTP'
  if (/CERT|SIGNATURE|ISSUER/.test(code))
    return `its certificate is not trusted (${code.toLowerCase().replaceAll('_', ' ')}): --ca-file has to name a file with its authority`
  return systemProblem(error)
}
