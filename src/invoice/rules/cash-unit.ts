import { exponentOf } from './currency.ts'

/**
 * What cash payments are rounded to, in minor units: CLDR 48 (`cashRounding`, `cashDigits`), and where CLDR says nothing
 * or shops round to more, the smallest coin or note that the central bank still issues. A unit that is too large does
 * little harm, one that is too small refuses sales: in doubt it is the larger one.
 */
const UNITS: Readonly<Record<number, string>> = {
  1: 'GBP ISK JPY PLN',
  5: `AUD AWG AZN BAM BBD BGN BHD BMD BND BSD BYN BZD CAD CHF DJF ERN EUR FJD FKP GEL GIP KWD KYD MDL MYR OMR PAB PGK
      SGD SLE TMT TTD USD VUV XCD XCG XPF ZMW ANG`,
  10: 'BOB BWP CLP CNY GHS HKD HNL ILS JOD KRW LSL MAD MOP NAD NZD PEN RON SAR SBD STN SZL TOP WST ZAR',
  25: 'AED EGP ETB GMD GTQ KMF MVR NIO PHP QAR SCR THB TRY XAF XOF',
  50: 'BIF BRL DKK LYD MRU MXN MZN PYG RWF TND UAH',
  100: 'UGX',
  500: 'ALL CRC DOP DZD GNF HTG HUF KZT LRD',
  1000: 'AMD AOA MNT MWK NGN VND YER',
  5000: 'COP CDF MMK TZS',
  10000: 'ARS KHR MGA SYP UZS',
  50000: 'IDR LAK',
  250000: 'IQD',
  500000: 'IRR LBP',
}

const units = new Map(
  Object.entries(UNITS).flatMap(([unit, codes]) => codes.split(/\s+/).map((code) => [code, Number(unit)] as const)),
)

/** The smallest amount that cash is rounded to, in minor units. One major unit where nothing else is known. */
export function cashUnitOf(currencyCode: string): number {
  return units.get(currencyCode) ?? 10 ** (exponentOf(currencyCode) ?? 2)
}
