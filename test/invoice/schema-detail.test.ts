import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FORM } from '../../src/invoice/schema/primitives.ts'
import { InvoiceSchema } from '../../src/invoice/schema.ts'
import { judge } from './judge.ts'
import { type Breakable, plainSale } from './plain-sale.ts'

/** The details of all violations of a plain sale after a change, or after a change of its text. */
function details(change: (document: Breakable) => void, ofText: (text: string) => string = (text) => text): string[] {
  const document: Breakable = plainSale()
  change(document)
  const result = judge(Buffer.from(ofText(JSON.stringify(document))))
  return 'errors' in result ? result.errors.map(({ detail }) => detail) : []
}

const written = (was: string, is: string) =>
  details(
    () => {},
    (text) => {
      assert.ok(text.includes(was), was)
      return text.replace(was, is)
    },
  )

describe('schemaDetail', () => {
  it('says the right type, and which one was sent', () => {
    const cases: [(d: Breakable) => void, string][] = [
      [(d) => (d.totals.payable = '20.70'), 'Must be an integer in minor units (1999 for 19.99); this is a string.'],
      [(d) => (d.sequenceNumber = '7'), 'Must be an integer from 1 to 999999999999; this is a string.'],
      [(d) => (d.receiptNumber = 7), 'Must be a string of 1 to 128 characters; this is a number.'],
      [
        (d) => (d.lines[0].quantity = 2),
        'Must be a decimal in a string, such as "1.250", with at most 9 digits before and 6 after the point, and no exponent; this is a number.',
      ],
      [
        (d) => (d.taxes[0].rate = 0),
        'Must be a fraction in a string, such as "0.19" for 19 %, with at most 8 digits after the point and no sign; this is a number.',
      ],
      [(d) => (d.lines = {}), 'Must be an array of at most 5000 elements; this is an object.'],
      [(d) => (d.totals = []), 'Must be an object; this is an array.'],
      [(d) => (d.flags = { offline: 'no' }), 'Must be true or false; this is a string.'],
      [(d) => (d.taxMode = 1), 'Must be one of: exclusive, inclusive; this is a number.'],
      [(d) => (d.tenders = null), 'Must be an array of at most 500 elements; this is null.'],
      [(d) => (d.customer = null), 'Must be an object; this is null. Leave the member out where there is no value.'],
      [
        (d) => (d.tenders[0].reference = null),
        'Must be a string of 1 to 128 characters; this is null. Leave the member out where there is no value.',
      ],
    ]
    for (const [change, expected] of cases) assert.deepEqual(details(change), [expected])
    assert.deepEqual(
      [null, [], 'x', 7].map((body) => judge(body)).map((result) => 'errors' in result && result.errors[0]?.detail),
      ['null', 'an array', 'a string', 'a number'].map((type) => `Must be an object; this is ${type}.`),
    )
  })

  it('says the right form, words, range, length and count', () => {
    const cases: [(d: Breakable) => void, string][] = [
      [
        (d) => (d.lines[1].quantity = '1,5'),
        'Must be a decimal in a string, such as "1.250", with at most 9 digits before and 6 after the point, and no exponent.',
      ],
      [
        (d) => (d.lines[1].unitPrice = '10,00'),
        'Must be a decimal in a string, such as "199" for 1.99, with at most 12 digits before and 6 after the point, and no exponent.',
      ],
      [
        (d) => (d.taxes[0].rate = '19'),
        'Must be a fraction in a string, such as "0.19" for 19 %, with at most 8 digits after the point and no sign.',
      ],
      [
        (d) => (d.lines[1].taxes = [{ taxCode: 'A', rate: '0', amount: -29, amountPerUnit: '-28.93' }]),
        'Must be a decimal in a string, such as "28.93" for 0.2893, with at most 12 digits before and 6 after the point, and no sign or exponent.',
      ],
      [(d) => (d.businessDate = '14.03.2026'), 'Must be a date such as "2026-03-14".'],
      [
        (d) => (d.occurredAt = '2026-03-14 17:05:09'),
        'Must be a date and time with seconds and the offset from UTC, such as "2026-03-14T17:05:09+01:00".',
      ],
      [
        (d) => (d.storeId = 'a b'),
        'Must be a string of 1 to 32 of A-Z, a-z, 0-9, ".", "_" and "-", with a letter or digit first.',
      ],
      [(d) => (d.schemaVersion = '2.0'), 'Must be "1.0".'],
      [(d) => (d.taxRounding = 'Line'), 'Must be one of: line, unit, document, unrounded.'],
      [(d) => (d.sequenceNumber = 0), 'Must be an integer from 1 to 999999999999.'],
      [(d) => (d.totals.tax = 1e12), 'Must be an integer from -999999999999 to 999999999999.'],
      [(d) => (d.cashier.id = ''), 'Must be a string of 1 to 128 characters.'],
      [
        (d) => (d.tenders[0].reference = ''),
        'Must be a string of 1 to 128 characters. Leave the member out where there is no value.',
      ],
      [
        (d) => (d.references = Array(501).fill({ type: 'original', receiptNumber: '1' })),
        'Must be an array of at most 500 elements.',
      ],
      [(d) => (d.taxes[0].baseIncludes = []), 'Must be an array of 1 to 32 elements.'],
      [
        (d) => (d.extensions = Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`k${i}`, 1]))),
        'Must be an object of at most 1000 members.',
      ],
    ]
    for (const [change, expected] of cases) assert.deepEqual(details(change), [expected])
  })

  it('says what a missing member has to be', () => {
    assert.deepEqual(
      details((d) => delete d.receiptNumber),
      ['This member is required: a string of 1 to 128 characters.'],
    )
    assert.deepEqual(
      details((d) => delete d.references),
      ['This member is required: an array of at most 500 elements, or [] if there are none.'],
    )
  })

  it('names the member that was meant, and echoes nothing', () => {
    const none = 'The contract has no such member here. Put members of your own into extensions.'
    assert.deepEqual(
      details((d) => (d.lines[0].net_amount = 1)),
      [`${none} Did you mean netAmount?`],
    )
    for (const name of ['loyaltyPoints', '4111111111111111', 'x'.repeat(100), 'a~b/c'])
      assert.deepEqual([...new Set(details((d) => (d[name] = 1)))].includes(none), true, name)
  })

  it('has words for every text of a fixed form', () => {
    const visit = (schema: Breakable, path: string) => {
      if (schema.type === 'string' && schema.const === undefined)
        assert.match(schema[FORM] ?? '', /^(?:a|one of)\b/, path)
      for (const [name, member] of Object.entries(schema.properties ?? {})) visit(member, `${path}/${name}`)
      if (schema.items) visit(schema.items, `${path}/*`)
    }
    visit(InvoiceSchema, '')
    assert.doesNotMatch(JSON.stringify(InvoiceSchema), /a string of 1 to/)
  })
})

describe('numberDetail', () => {
  it('says what belongs in the place of a number that is no integer', () => {
    const money =
      'Must be an integer in minor units (1999 for 19.99), written without fraction or exponent, and 0 without a sign.'
    for (const number of ['20.70', '2070.0', '2.07e3']) assert.deepEqual(written('2070', number), [money])
    assert.deepEqual(written('"change":30', '"change":-0'), [money])
    assert.deepEqual(written('"quantity":"2"', '"quantity":0.482'), [
      'Must be a decimal in a string, such as "1.250", with at most 9 digits before and 6 after the point, and no exponent; this is a number.',
    ])
    assert.deepEqual(written('"rate":"0.19"', '"rate":0.19'), [
      'Must be a fraction in a string, such as "0.19" for 19 %, with at most 8 digits after the point and no sign; this is a number.',
    ])
    assert.deepEqual(written('"sequenceNumber":7', '"sequenceNumber":7.0'), [
      'Must be an integer from 1 to 999999999999, written without fraction or exponent, and 0 without a sign.',
    ])
    assert.deepEqual(written('2070', '9007199254740993'), ['Must be an integer from -999999999999 to 999999999999.'])
    assert.deepEqual(written('"tenders":[', '"tenders":1.5,"x":['), [
      'Must be an array of at most 500 elements; this is a number.',
    ])
  })

  it('says the rule where the contract does not know the place', () => {
    const rule =
      'A number has a fraction or an exponent, or is -0. Write 1000, not 1000.0 or 1e3; send a decimal as a string.'
    for (const extra of [
      '"extensions":{"a":1.5},',
      '"unheardOf":{"a":1.5},',
      '"totals2":[1e3],',
      '"constructor":1.5,',
      '"__proto__":1.5,',
    ])
      assert.deepEqual(written('"schemaVersion"', `${extra}"schemaVersion"`), [rule])
  })
})
