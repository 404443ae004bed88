import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** A certificate and its key, as PEM. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

export interface CertificateOptions {
  /** Names like `DNS:till-7.example`, `IP:127.0.0.1`, `URI:urn:x`, `email:a@b`. */
  readonly names?: readonly string[]
  readonly validFrom?: Date
  readonly validTo?: Date
}

/** An authority that issues certificates for tests, without a program: openssl is not on every machine. */
export interface Authority {
  readonly cert: string
  issue(subject: string, options?: CertificateOptions): Certificate
}

const DAY_MS = 86_400_000

export function createAuthority(name = 'test authority'): Authority {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const isAuthority = extension('551d13', sequence(Buffer.from('0101ff', 'hex')), true)
  const cert = certificate(name, name, keys.publicKey, keys.privateKey, [isAuthority])
  return {
    cert,
    issue(subject, options = {}) {
      const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const { names = [] } = options
      const extensions = names.length === 0 ? [] : [extension('551d11', sequence(...names.map(generalName)))]
      return {
        cert: certificate(subject, name, own.publicKey, keys.privateKey, extensions, options),
        key: own.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      }
    },
  }
}

function certificate(
  subject: string,
  issuer: string,
  publicKey: KeyObject,
  issuerKey: KeyObject,
  extensions: readonly Buffer[],
  { validFrom = new Date(Date.now() - DAY_MS), validTo = new Date(Date.now() + DAY_MS) }: CertificateOptions = {},
): string {
  const ecdsaWithSha256 = sequence(der(0x06, Buffer.from('2a8648ce3d040302', 'hex')))
  const serial = randomBytes(8)
  serial[0] = 0x40 | ((serial[0] as number) & 0x3f) // positive, and as short as it can be
  const signed = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    ecdsaWithSha256,
    nameOf(issuer),
    sequence(time(validFrom), time(validTo)),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length === 0 ? [] : [der(0xa3, sequence(...extensions))]),
  )
  const signature = Buffer.concat([Buffer.from([0]), sign('sha256', signed, issuerKey)])
  const bytes = sequence(signed, ecdsaWithSha256, der(0x03, signature))
  const lines = bytes.toString('base64').match(/.{1,64}/g) as string[]
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

function extension(idHex: string, value: Buffer, isCritical = false): Buffer {
  const critical = isCritical ? [der(0x01, Buffer.from([0xff]))] : []
  return sequence(der(0x06, Buffer.from(idHex, 'hex')), ...critical, der(0x04, value))
}

const NAME_TAGS: Readonly<Record<string, number>> = { email: 0x81, DNS: 0x82, URI: 0x86, IP: 0x87 }

function generalName(name: string): Buffer {
  const [, type, value] = /^(\w+):(.*)$/.exec(name) as unknown as [string, string, string]
  return der(NAME_TAGS[type] as number, type === 'IP' ? Buffer.from(value.split('.').map(Number)) : Buffer.from(value))
}

function nameOf(commonName: string): Buffer {
  const attribute = sequence(der(0x06, Buffer.from('550403', 'hex')), der(0x0c, Buffer.from(commonName)))
  return sequence(der(0x31, attribute))
}

function time(date: Date): Buffer {
  return der(0x18, Buffer.from(`${date.toISOString().replace(/\D/g, '').slice(0, 14)}Z`))
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts))
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
