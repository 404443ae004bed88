import { digits, grouped, number, pick, type Random, withLuhn } from './random-text.ts'

/** Brand, what its numbers begin with, their lengths, and whether they end with a check digit. */
const BRANDS: readonly (readonly [string, string, readonly number[], 'unchecked'?])[] = [
  ['Visa', '4', [16, 18, 19]],
  ['Visa Electron', '4026 417500 4508 4844 4913 4917', [16]],
  ['V Pay', '4828 4878', [16]],
  ['Dankort', '5019 4571', [16]],
  ['Mastercard', '51 52 53 54 55', [16]],
  ['Mastercard, 2-series', '2221 2345 2500 2720', [16]],
  ['American Express', '34 37', [15]],
  ['Diners Club', '300 305 3095 36 38 39', [14, 16, 19]],
  ['Discover', '6011 644 649 65', [16, 19]],
  ['JCB', '3528 3589 3566', [16, 19]],
  ['UnionPay', '62 8171', [16, 17, 18, 19]],
  ['China T-Union', '31', [19]],
  ['Maestro', '5018 5020 5038 5893 6304 6759 6761 6762 6763', [14, 15, 16, 17, 18, 19]],
  ['Maestro, others', '500057 561200 586509 599000 639000 601640', [16, 18, 19]],
  ['Solo', '6334 6767', [16, 18, 19]],
  ['Switch', '4903 4936 564182 633110 6333', [16, 18, 19]],
  ['Laser', '6304 6706 6771 6709', [16, 19]],
  ['Bancontact', '6703', [16, 17]],
  ['girocard', '672', [19]],
  ['Sparkasse', '59', [16, 19]],
  ['Carte Bleue', '4970 507589 581752', [16]],
  ['UATP', '1', [15]],
  ['InterPayment', '636', [16, 19]],
  ['InstaPayment', '637 638 639', [16]],
  ['Mir', '2200 2204', [16, 19]],
  ['BORICA', '2205', [16]],
  ['UkrCard', '604001 604200', [16, 19]],
  ['NPS Pridnestrovie', '6054740', [16]],
  ['Troy', '9792 65', [16]],
  ['Verve', '506099 506198 507865 650002', [16, 18, 19]],
  ['AfriGo', '56445600', [18], 'unchecked'],
  ['RuPay', '6061 6073 6521 81 82 508 353 356', [16]],
  ['LankaPay', '357111', [16], 'unchecked'],
  ['Elo', '401178 438935 506699 509000 627780 636297 650031 655021', [16]],
  ['Hipercard', '606282 384140', [16]],
  ['Hiper', '637095 637568 637599 637612', [16]],
  ['Aura', '507860', [16, 19]],
  ['Cabal', '604201 604399 589657 603522', [16]],
  ['Naranja', '589562', [16], 'unchecked'],
  ['Argencard', '501105', [16]],
  ['Carnet', '506199 286900 502275 606333 636318 639388', [16]],
  ['Mada', '588845 446404 968201 968211 604906 636120', [16]],
  ['Meeza', '507803 507808 507810', [16]],
  ['Uzcard', '8600 5614', [16], 'unchecked'],
  ['Humo', '9860', [16], 'unchecked'],
  ['Napas', '9704', [16, 19], 'unchecked'],
  ['GPN', '1946 505', [16]],
  ['Shetab', '603799 610433 627412 589463 502229', [16]],
  ['Forbrugsforeningen', '600722', [16]],
  ['Sodexo', '606071 603389 600818', [16]],
]

export const BRAND_NAMES = BRANDS.map(([name]) => name)

/** A card number of the brand. */
export function cardNumber(brand: string, random: Random): string {
  const [, prefixes, lengths, check] = BRANDS.find(([name]) => name === brand)!
  const [prefix, length] = [pick(random, prefixes.split(' ')), pick(random, lengths)]
  const body = prefix + digits(random, length - 1 - prefix.length)
  return check === 'unchecked' ? body + digits(random, 1) : withLuhn(body)
}

/** As it is printed on the card. */
export function printed(pan: string, separator: string): string {
  if (pan.length === 15 && pan[0] === '1') return grouped(pan, [4, 5, 6], separator)
  return grouped(pan, pan.length < 16 ? [4, 6, 5] : [4], separator)
}

const inScript = (pan: string, zero: number) =>
  [...pan].map((digit) => String.fromCodePoint(zero + Number(digit))).join('')
const yymm = (random: Random) => `${number(random, 26, 39)}${number(random, 1, 12, 2)}`
const mmyy = (random: Random) => `${number(random, 1, 12, 2)}${number(random, 26, 39)}`

/** Ways to write a card number. */
export const WRITINGS: Readonly<Record<string, (pan: string, random: Random) => string>> = {
  'digits alone': (pan) => pan,
  'printed, blanks': (pan) => printed(pan, ' '),
  'printed, dashes': (pan) => printed(pan, '-'),
  'printed, two blanks': (pan) => printed(pan, '  '),
  'printed, blank dash blank': (pan) => printed(pan, ' - '),
  'printed, no-break spaces': (pan) => printed(pan, '\u00a0'),
  'printed, thin spaces': (pan) => printed(pan, '\u2009'),
  'printed, en dashes': (pan) => printed(pan, '\u2013'),
  'printed, tabs': (pan) => printed(pan, '\t'),
  'printed, dots': (pan) => printed(pan, '.'),
  'printed, middle dots': (pan) => printed(pan, '·'),
  'printed, slashes': (pan) => printed(pan, '/'),
  'printed, underscores': (pan) => printed(pan, '_'),
  'printed, commas': (pan) => printed(pan, ', '),
  'printed, colons': (pan) => printed(pan, ':'),
  'printed, bars': (pan) => printed(pan, ' | '),
  'printed, line feeds': (pan) => printed(pan, '\n'),
  'printed, percent signs': (pan) => printed(pan, '%'),
  'printed, %20': (pan) => printed(pan, '%20'),
  'printed, %2D': (pan) => printed(pan, '%2D'),
  'printed, in brackets': (pan) => `(${printed(pan, ') (')})`,
  'digit by digit, blanks': (pan) => grouped(pan, [1], ' '),
  'digit by digit, dashes': (pan) => grouped(pan, [1], '-'),
  'digit by digit, dots': (pan) => grouped(pan, [1], '.'),
  'in pairs': (pan) => grouped(pan, [2], ' '),
  'in threes': (pan) => grouped(pan, [3], ' '),
  'in fives': (pan) => grouped(pan, [5], ' '),
  'in eights': (pan) => grouped(pan, [8], ' '),
  'zero-width spaces': (pan) => grouped(pan, [1], '\u200b'),
  'soft hyphens': (pan) => grouped(pan, [4], '\u00ad'),
  'byte order marks': (pan) => grouped(pan, [3, 7], '\ufeff'),
  'full-width digits': (pan) => inScript(pan, 0xff10),
  'Arabic digits': (pan) => inScript(pan, 0x660),
  'Persian digits, printed': (pan) => grouped(inScript(pan, 0x6f0), [4], ' '),
  'Devanagari digits': (pan) => inScript(pan, 0x966),
  'bold digits': (pan) => inScript(pan, 0x1d7ce),
  'percent-encoded': (pan) => [...pan].map((digit) => `%3${digit}`).join(''),
  'in words': (pan) => `Nr. ${pan}, gültig`,
  'with expiry date': (pan, random) => `${printed(pan, ' ')} ${number(random, 1, 12, 2)}/${number(random, 26, 39)}`,
  'with expiry date and code': (pan, random) => `${printed(pan, ' ')} ${mmyy(random)} ${digits(random, 3)}`,
  'joined with YYMM': (pan, random) => pan + yymm(random),
  'joined with MMYY': (pan, random) => pan + mmyy(random),
  'letters before and behind': (pan) => `x${pan}y`,
}

/** Members that may hold a card number by what they are or by their name; `#` is where it goes in a text. */
export const CARD_FIELDS: readonly (readonly [pointer: string, text: string])[] = [
  ['/tenders/0/reference', '#'],
  ['/tenders/0/card/token', '#'],
  ['/tenders/0/card/authCode', '#'],
  ['/extensions/pan', '#'],
  ['/extensions/payment/0/cardNumber', '#'],
  ['/extensions/zahlung/kartennummer', '#'],
  ['/extensions/tarjeta/n', '#'],
  ['/extensions/note', 'Karte #'],
]

const nameOnTrack = (random: Random) => pick(random, ['DOE/JOHN', 'MUSTERMANN/ERIKA.MS', ' /', 'VALUED CUSTOMER'])

/** What a reader gets from a card. */
export const TRACKS: Readonly<Record<string, (pan: string, random: Random) => string>> = {
  'track 1': (pan, random) => `%B${pan}^${nameOnTrack(random)}^${yymm(random)}101${digits(random, 10)}?`,
  'track 1 without sentinels': (pan, random) => `B${pan}^${nameOnTrack(random)}^${yymm(random)}201`,
  'track 2': (pan, random) => `;${pan}=${yymm(random)}101${digits(random, 8)}?`,
  'track 2 without sentinels': (pan, random) => `${pan}=${yymm(random)}`,
  'track 2 with D': (pan, random) => `${pan}D${yymm(random)}201${digits(random, 6)}F`,
  'track 2 with D, short': (pan, random) => `${pan}D${yymm(random)}`,
  'track 2, percent-encoded': (pan, random) => `%3B${pan}%3D${yymm(random)}101%3F`,
  'both tracks': (pan, random) => `%B${pan}^DOE/JOHN^${yymm(random)}101?;${pan}=${yymm(random)}101?`,
  'tag 57': (pan, random) => tag('57', `${pan}D${yymm(random)}201${digits(random, 5)}`),
  'tag 57 among others': (pan, random) => `9F0206000000001234${tag('57', `${pan}D${yymm(random)}201`)}5F2A020978`,
  'tag 57 in lower case': (pan, random) => tag('57', `${pan}D${yymm(random)}201`).toLowerCase(),
  'tag 57, bytes apart': (pan, random) => grouped(tag('57', `${pan}D${yymm(random)}201`), [2], ' '),
  'tag 5A': (pan) => tag('5A', pan),
  'tag 5A among others': (pan) => `9F02060000000012345F3401${tag('5A', pan)}5F24032712315F280208 40`,
  'tag 5A, bytes apart': (pan) => grouped(tag('5A', pan), [2], ' '),
}

/** Tag, length in bytes, value; padded with F to whole bytes. */
function tag(name: string, value: string): string {
  const padded = value.length % 2 === 0 ? value : `${value}F`
  return name + (padded.length / 2).toString(16).toUpperCase().padStart(2, '0') + padded
}

/** Members that are not meant for cards at all. */
export const ANY_FIELDS = ['/receiptNumber', '/lines/0/description', '/fiscal/payload', '/extensions/pos/note'] as const
