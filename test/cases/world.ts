import { CASH_ROUNDING } from './world/cash-rounding.ts'
import { DISCOUNTS } from './world/discounts.ts'
import { DOCUMENTS } from './world/documents.ts'
import { LEVIES } from './world/levies.ts'
import { NOT_AS_DECLARED } from './world/not-as-declared.ts'
import { PARTIAL_BASES } from './world/partial-bases.ts'
import { PAYMENTS } from './world/payments.ts'
import { PRICES } from './world/prices.ts'
import { ROUNDING_STEPS } from './world/rounding-steps.ts'
import { SEVERAL_TAXES } from './world/several-taxes.ts'
import { TAX_ON_TAX } from './world/tax-on-tax.ts'
import { WHERE_TAX_IS_ROUNDED } from './world/where-tax-is-rounded.ts'
import { WRONG_SUMS } from './world/wrong-sums.ts'
import { WRONG_TAXES } from './world/wrong-taxes.ts'
import type { WorldCase } from './world-case.ts'

/** Receipts of many countries. The last ones are wrong on purpose. */
export const WORLD: readonly WorldCase[] = [
  ...ROUNDING_STEPS,
  ...CASH_ROUNDING,
  ...WHERE_TAX_IS_ROUNDED,
  ...TAX_ON_TAX,
  ...LEVIES,
  ...PARTIAL_BASES,
  ...SEVERAL_TAXES,
  ...PRICES,
  ...DISCOUNTS,
  ...PAYMENTS,
  ...DOCUMENTS,
  ...NOT_AS_DECLARED,
  ...WRONG_TAXES,
  ...WRONG_SUMS,
]
