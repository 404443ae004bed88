import { type Attack, GZIP_LINES, JSON_TYPE, POST, request, UPLOAD } from './attack.ts'
import * as bodies from './bodies.ts'
import { flood } from './uses.ts'

const posts = (name: string, what: string, body: () => Buffer | Promise<Buffer>): Attack => ({
  name,
  what,
  connections: 16,
  use: flood(async () => request(POST, JSON_TYPE, await body())),
})

const uploads = (name: string, what: string, body: () => Buffer, coding = 'gzip'): Attack => ({
  name,
  what,
  connections: 16,
  use: flood(() => request(UPLOAD, { ...GZIP_LINES, 'content-encoding': coding }, body())),
})

/** The body of hostile-bodies.ts with this name. Importing it makes them all, which takes some time. */
const hostile = (name: string) => async () => {
  const { hostileBodies } = await import('../invoice/hostile-bodies.ts')
  const body = hostileBodies.get(name)
  if (body === undefined) throw new Error(`no hostile body ${name}`)
  return body
}

/** Attacks by bodies that cost more to look at than to send. */
export const BODY_ATTACKS: readonly Attack[] = [
  posts('digits', '800 KB of short groups of digits in extensions', bodies.digits),
  uploads('digits-upload', 'ten such invoices, 18 KB compressed', bodies.digitsUpload),
  uploads(
    'unknown-members-upload',
    '1,000 lines of 100 unknown members, 3.6 KB compressed',
    bodies.unknownMembersUpload,
  ),
  posts('unknown-members', '60,000 unknown members', bodies.unknownMembers),
  uploads('gzip-bomb', '512 MB of blanks in 520 KB of gzip', bodies.gzipBomb),
  uploads('zstd-bomb', '512 MB of blanks in 17 KB of zstd', bodies.zstdBomb, 'zstd'),
  uploads('blanks', '8 MB of empty lines in 8 KB of gzip', bodies.blanksUpload),
  posts('nested', 'JSON that is 390,000 deep', bodies.nested),
  posts('open', '790,000 opened arrays', bodies.open),
  posts('huge-number', 'a number of 790,000 digits', bodies.hugeNumber),
  posts('huge-exponent', 'an exponent of 700,000 digits', bodies.hugeExponent),
  posts('escapes', '130,000 escaped characters', bodies.escapes),
  posts('duplicate-keys', '60,000 members, two of one name', bodies.duplicateKeys),
  posts('index-keys', '48,000 members whose names are numbers', bodies.indexKeys),
  posts('tax-sets', '1,400 lines with taxes of their own choice among 32', hostile('tax sets, exclusive, line')),
  posts('declared-taxes', '900 lines whose taxes declare all they can', hostile('declared taxes, exclusive, document')),
  posts('big-products', 'lines with the longest quantities and prices', hostile('big products')),
  posts('large-sales', 'invoices of 720 KB that are taken', bodies.largeSale),
]
