import { data } from 'currency-codes'

/** In ISO 4217, but without a minor unit: metals, funds, test codes. No invoice is in them. */
const WITHOUT_MINOR_UNIT = 'XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX'.split(' ')

/** ISO 4217 as of the package's list, and the one currency that came later (amendment 176, March 2025). */
const exponents = new Map([...data.map(({ code, digits }) => [code, digits] as const), ['XCG', 2]])
for (const code of WITHOUT_MINOR_UNIT) exponents.delete(code)

/** Decimals of a currency's minor unit as in ISO 4217; undefined for any other code. */
export function exponentOf(currencyCode: string): number | undefined {
  return exponents.get(currencyCode)
}
