import {
  base64,
  bytes,
  characters,
  dateTime,
  digits,
  grouped,
  hex,
  number,
  pick,
  type Random,
  upperHex,
  withGs1Check,
  withLuhn,
  withMod97,
} from './random-text.ts'

/** Something that is no card number, and the members of an invoice where it is at home. */
export interface IdentifierKind {
  readonly kind: string
  readonly pointers: readonly string[]
  readonly make: (random: Random) => string | number
  /** It looks like a card number where it stands, so some are refused: see docs/card-numbers.md. */
  readonly mayBeRefused?: true
}

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const BASE32 = `${UPPER}234567`

function siret(random: Random): string {
  return withLuhn(withLuhn(digits(random, 8)) + number(random, 1, 120, 4))
}

/** Country, and what follows the check digits: `n` digits, `c` letters, other characters as they are. */
const IBANS = {
  AT: 'n16',
  BE: 'n12',
  CH: 'n17',
  DE: 'n18',
  DK: 'n14',
  ES: 'n20',
  FI: 'n14',
  FR: 'n10 n11 n2',
  GB: 'c4 n14',
  HU: 'n24',
  IT: 'c1 n22',
  NL: 'c4 n10',
  NO: 'n11',
  PK: 'c4 n16',
  PL: 'n24',
  SA: 'n20',
  TR: 'n22',
  VG: 'c4 n16',
}

function iban(random: Random): string {
  const [country, parts] = pick(random, Object.entries(IBANS))
  const rest = parts.split(' ').map((part) => {
    const count = Number(part.slice(1))
    return part[0] === 'c' ? characters(random, count, UPPER) : digits(random, count)
  })
  return withMod97(country, rest.join(''))
}

/** Portal da NF-e: state, month, CNPJ, model 65, series, number, form, code, check digit (modulus 11). */
function nfceKey(random: Random): string {
  const head = pick(random, ['35', '33', '31', '41', '43', '50', '52', '53', '29', '21'])
  const body = `${head}${number(random, 22, 29)}${number(random, 1, 12, 2)}${digits(random, 14)}65${number(random, 1, 20, 3)}${digits(random, 9)}1${digits(random, 8)}`
  let sum = 0
  for (let i = 0; i < body.length; i++) sum += Number(body.at(-1 - i)) * (2 + (i % 8))
  const rest = sum % 11
  return body + (rest < 2 ? 0 : 11 - rest)
}

function snowflake(random: Random, epochMs: number, shift: bigint): string {
  const ageMs = Date.UTC(2024 + Math.floor(random() * 6), 0, 1) + random() * 3e10 - epochMs
  return String((BigInt(Math.floor(ageMs)) << shift) | BigInt(Math.floor(random() * 2 ** Number(shift))))
}

/** 39 bits of 10 ms, 8 of sequence, 16 of machine. */
function sonyflake(random: Random): string {
  const age = Math.floor((Date.UTC(2026, 0, 1) + random() * 1e11 - Date.UTC(2014, 8, 1)) / 10)
  return String((BigInt(age) << 24n) | BigInt(Math.floor(random() * 2 ** 24)))
}

function saudiVat(random: Random): string {
  return `${withLuhn(`3${digits(random, 8)}`)}${number(random, 0, 3, 3)}03`
}

function receiptNumber(random: Random): string {
  const store = number(random, 1_000, 9_999)
  const [day, time] = [dateTime(random).slice(0, 8), dateTime(random).slice(8)]
  const [short, serial] = [day.slice(2), number(random, 1, 9_999, 4)]
  return pick(random, [
    store + day + serial,
    store + short + serial,
    store + short + time,
    store + day + number(random, 1, 99, 2) + serial,
    `${store}-${day}-${serial}`,
    `${store}-${short}-${serial}`,
    `${store} ${short} ${number(random, 1, 99_999, 5)}`,
    `${store}/${day}/${serial}`,
    `${store}-${day.slice(0, 4)}-${day.slice(4)}-${serial}`,
    `${store}.${number(random, 1, 20, 4)}.${number(random, 1, 400, 4)}.${serial}`,
    `${store}-${number(random, 1, 20, 4)}-${number(random, 1, 400, 4)}-${serial}`,
  ])
}

const imei = (random: Random) =>
  withLuhn(`${pick(random, ['35', '86', '01', '99', '91', '45', '52'])}${digits(random, 12)}`)
const iccid = (random: Random) => withLuhn(`89${digits(random, pick(random, [16, 17]))}`)

/** The code on a German receipt (DSFinV-K): `V0;` and the data of the TSE. */
function tseCode(random: Random): string {
  const time = '2026-03-14T17:05:09.000Z'
  const process = `Beleg^${number(random, 1, 999)}.${digits(random, 2)}_0.00_0.00_0.00_0.00^${number(random, 1, 999)}.${digits(random, 2)}:Bar`
  return `V0;${digits(random, 14)};Kassenbeleg-V1;${process};${number(random, 1, 9e9)};${number(random, 1, 9e9)};${time};${time};ecdsa-plain-SHA384;unixTime;${base64(random, 96)};${base64(random, 97)}`
}

/** RKSV: the machine-readable code of an Austrian receipt. */
function rksvCode(random: Random): string {
  const amount = () => `${number(random, 0, 999)},${digits(random, 2)}`
  return `_R1-AT${number(random, 0, 3)}_${digits(random, 16)}_${digits(random, 12)}_2026-03-14T17:05:09_${amount()}_${amount()}_0,00_0,00_0,00_${base64(random, 8)}_${hex(random, 8)}_${base64(random, 8)}_${base64(random, 64)}`
}

/** ZATCA: tag, length, value; base64. */
function zatcaCode(random: Random): string {
  const values = ['Bobs Records', saudiVat(random), '2026-04-25T15:30:00Z', '1000.00', '150.00']
  const fields = values.map((value, i) => Buffer.concat([Buffer.from([i + 1, value.length]), Buffer.from(value)]))
  return Buffer.concat([...fields, Buffer.from([6, 32]), bytes(random, 32)]).toString('base64')
}

function uuid(random: Random): string {
  return `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-${pick(random, ['8', '9', 'a', 'b'])}${hex(random, 3)}-${hex(random, 12)}`
}

function phone(random: Random): string {
  return pick(random, [
    `+49 30 ${digits(random, 4)} ${digits(random, 4)}`,
    `+36 ${digits(random, 2)} ${digits(random, 3)} ${digits(random, 4)}`,
    `+39 ${digits(random, 3)} ${digits(random, 7)}`,
    `+55 (11) 9${digits(random, 4)}-${digits(random, 4)}`,
    `+3630${digits(random, 7)}`,
    `00${number(random, 30, 49)}${digits(random, 10)}`,
    `(${digits(random, 3)}) ${digits(random, 3)}-${digits(random, 4)}`,
    `+${number(random, 30, 58)} ${digits(random, 4)} ${digits(random, 6)} ${digits(random, 3)}`,
  ])
}

function walletReference(random: Random): string {
  const now = dateTime(random)
  return pick(random, [
    `4200${digits(random, 6)}${now.slice(0, 8)}${digits(random, 10)}`, // WeChat Pay
    `${now.slice(0, 8)}22001${digits(random, 15)}`, // Alipay
    `E60701190${now.slice(0, 12)}${characters(random, 11, `${UPPER}0123456789`)}`, // Pix
    characters(random, 17, `${UPPER}0123456789`), // PayPal
    upperHex(random, 32), // Swish
    `pi_${characters(random, 24, `${UPPER}abcdefghijklmnopqrstuvwxyz0123456789`)}`,
    `${number(random, 10_000_000, 99_999_999)}-${digits(random, 6)}-${digits(random, 6)}-${now.slice(0, 8)}`,
  ])
}

const EXTENSION = '/extensions/pos'

export const IDENTIFIERS: readonly IdentifierKind[] = [
  { kind: 'SIRET', pointers: ['/extensions/siret', '/extensions/seller/id', `${EXTENSION}/note`], make: siret },
  {
    kind: 'SIRET, 3-3-3-5',
    pointers: ['/extensions/siret', '/extensions/seller/legal'],
    make: (r) => grouped(siret(r), [3, 3, 3, 5], ' '),
  },
  { kind: 'SIRET as storeId', pointers: ['/storeId'], make: siret },
  {
    kind: 'SIREN, 3-3-3',
    pointers: ['/extensions/siren', `${EXTENSION}/note`],
    make: (r) => grouped(withLuhn(digits(r, 8)), [3], ' '),
  },
  { kind: 'IBAN', pointers: ['/extensions/iban', '/tenders/0/reference', `${EXTENSION}/note`], make: iban },
  {
    kind: 'IBAN in fours',
    pointers: ['/extensions/iban', '/tenders/0/reference', `${EXTENSION}/note`],
    make: (r) => grouped(iban(r), [4], ' '),
  },
  {
    kind: 'creditor reference RF, in fours',
    pointers: ['/tenders/0/reference'],
    make: (r) => grouped(withMod97('RF', digits(r, 21)), [4], ' '),
  },
  { kind: 'NFC-e key', pointers: ['/fiscal/payload', '/extensions/chaveAcesso'], make: nfceKey },
  {
    kind: 'NFC-e key in fours',
    pointers: ['/fiscal/payload', '/extensions/chaveAcesso'],
    make: (r) => grouped(nfceKey(r), [4], ' '),
  },
  { kind: 'CNPJ', pointers: ['/extensions/cnpj', '/extensions/card/cnpj'], make: (r) => digits(r, 14) },
  { kind: 'Saudi VAT number', pointers: ['/extensions/vat', '/extensions/seller/id', '/storeId'], make: saudiVat },
  {
    kind: 'EU VAT id',
    pointers: ['/extensions/vat'],
    make: (r) => pick(r, ['FR', 'IT', 'ES', 'SE', 'NL', 'LT']) + digits(r, pick(r, [9, 11, 12])),
  },
  {
    kind: 'SSCC',
    pointers: ['/delivery/reference', '/extensions/sscc', `${EXTENSION}/note`],
    make: (r) => withGs1Check(digits(r, 17)),
  },
  { kind: 'SSCC with (00)', pointers: ['/delivery/reference'], make: (r) => `(00)${withGs1Check(digits(r, 17))}` },
  {
    kind: 'GTIN-14',
    pointers: ['/lines/0/gtin', '/lines/0/itemCode', '/lines/0/description'],
    make: (r) => withGs1Check(digits(r, 13)),
  },
  {
    kind: 'EAN-13, GLN',
    pointers: ['/lines/0/itemCode', '/lines/0/description', '/storeId'],
    make: (r) => withGs1Check(digits(r, 12)),
  },
  {
    kind: 'snowflake (X)',
    pointers: ['/extensions/orderId', '/receiptNumber'],
    make: (r) => snowflake(r, 1_288_834_974_657, 22n),
  },
  {
    kind: 'snowflake (Discord)',
    pointers: ['/extensions/orderId', '/delivery/reference'],
    make: (r) => snowflake(r, 1_420_070_400_000, 22n),
  },
  {
    kind: 'snowflake (Instagram)',
    pointers: ['/extensions/eventId', '/delivery/reference'],
    make: (r) => snowflake(r, 1_314_220_021_721, 23n),
  },
  { kind: 'sonyflake', pointers: ['/extensions/basketId', '/delivery/reference'], make: sonyflake },
  {
    kind: 'random 64 bits',
    pointers: ['/extensions/basketId', '/receiptNumber'],
    make: (r) => String(BigInt(`0x${hex(r, 16)}`)),
  },
  {
    kind: '16-digit order number',
    pointers: ['/delivery/reference', '/extensions/order/number', '/extensions/orderId', `${EXTENSION}/note`],
    make: (r) => digits(r, 16),
  },
  {
    kind: '16-digit order number, JSON number',
    pointers: ['/extensions/orderId', `${EXTENSION}/id`],
    make: (r) => 1e15 + Math.floor(r() * 7e15),
  },
  {
    kind: '16-digit order number in words',
    pointers: [`${EXTENSION}/note`, '/discounts/0/reason'],
    make: (r) => `Kartenzahlung zu Bestellung ${digits(r, 16)}`,
  },
  { kind: '19-digit number', pointers: ['/delivery/reference', `${EXTENSION}/id`], make: (r) => digits(r, 19) },
  {
    kind: '16-digit loyalty number',
    pointers: ['/customer/loyaltyId', '/extensions/loyaltyCardNumber', '/extensions/memberNumber'],
    make: (r) => withLuhn(digits(r, 15)),
  },
  { kind: 'receipt number', pointers: ['/receiptNumber', '/references/0/receiptNumber'], make: receiptNumber },
  { kind: 'IMEI', pointers: ['/lines/0/description', '/extensions/imei', '/terminalId'], make: imei },
  {
    kind: 'IMEI in words',
    pointers: ['/lines/0/description'],
    make: (r) => `Smartphone 128 GB, SIM card, IMEI ${imei(r)}`,
  },
  {
    kind: 'IMEI, 2-6-6-1',
    pointers: ['/lines/0/description', '/extensions/imei'],
    make: (r) => grouped(imei(r), [2, 6, 6, 1], pick(r, ['-', ' '])),
  },
  { kind: 'ICCID', pointers: ['/lines/0/description', '/extensions/iccid'], make: iccid },
  {
    kind: 'ICCID in fours',
    pointers: ['/extensions/iccid', '/extensions/simCard'],
    make: (r) => grouped(iccid(r), [4], ' '),
  },
  { kind: 'TSE code', pointers: ['/fiscal/payload'], make: tseCode },
  {
    kind: 'TSE transaction',
    pointers: ['/fiscal/payload', '/extensions/tse/transaction'],
    make: (r) => digits(r, pick(r, [10, 14, 16, 18])),
  },
  { kind: 'RKSV code', pointers: ['/fiscal/payload'], make: rksvCode },
  { kind: 'ZATCA code', pointers: ['/fiscal/payload'], make: zatcaCode },
  { kind: 'UUID', pointers: ['/journalId', '/tenders/0/card/token', '/extensions/payment/id'], make: uuid },
  { kind: 'phone number', pointers: ['/extensions/store/phone', `${EXTENSION}/note`], make: phone },
  {
    kind: 'base64',
    pointers: ['/fiscal/payload', '/extensions/signature', `${EXTENSION}/note`],
    make: (r) => base64(r, 200),
  },
  {
    kind: 'hexadecimal',
    pointers: ['/fiscal/payload', '/extensions/hash', '/tenders/0/card/token'],
    make: (r) => pick(r, [hex, upperHex])(r, 64),
  },
  {
    kind: 'hexadecimal, 256 bytes',
    pointers: ['/fiscal/payload', '/extensions/signature'],
    make: (r) => upperHex(r, 512),
  },
  { kind: 'base32', pointers: ['/fiscal/payload'], make: (r) => characters(r, 64, BASE32) },
  {
    kind: 'time',
    pointers: ['/journalId', '/extensions/createdAt', `${EXTENSION}/id`],
    make: (r) => pick(r, [dateTime(r), `${dateTime(r)}${digits(r, 3)}`, `17${digits(r, 14)}`, `17${digits(r, 17)}`]),
  },
  { kind: 'reference of a wallet or terminal', pointers: ['/tenders/0/reference'], make: walletReference },
  {
    kind: 'masked card number',
    pointers: ['/tenders/0/reference', '/extensions/payment/pan'],
    make: (r) => `${digits(r, 6)}${pick(r, ['******', 'XXXXXX', '••••••'])}${digits(r, 4)}`,
  },
  { kind: 'Swiss QR reference', pointers: ['/tenders/0/reference'], make: (r) => grouped(digits(r, 27), [2, 5], ' ') },
  {
    kind: 'boleto',
    pointers: ['/extensions/boleto'],
    make: (r) =>
      `${digits(r, 5)}.${digits(r, 5)} ${digits(r, 5)}.${digits(r, 6)} ${digits(r, 5)}.${digits(r, 6)} ${digits(r, 1)} ${digits(r, 14)}`,
  },
  {
    kind: 'loyalty number in fours',
    pointers: ['/customer/loyaltyId'],
    make: (r) => grouped(digits(r, 16), [4], ' '),
    mayBeRefused: true,
  },
  {
    kind: '16-digit voucher number',
    pointers: ['/tenders/0/reference'],
    make: (r) => digits(r, 16),
    mayBeRefused: true,
  },
  { kind: '16-digit journalId', pointers: ['/journalId'], make: (r) => digits(r, 16), mayBeRefused: true },
]
