import type { JudgedInvoice } from './judged.ts'
import type { Rounding } from './rules/money.ts'
import type { RoundingMode } from './rules/rounding.ts'

/** How a till rounds one kind of amount: to a multiple of `step` (minor units), and whether it declared the mode. */
export interface HowRounded extends Rounding {
  readonly isDeclared: boolean
}

type Declared = Pick<JudgedInvoice, 'roundingMode' | 'taxRoundingMode' | 'roundingSteps'>

/** How the gross amounts of lines are rounded. */
export function linesRounded({ roundingMode, roundingSteps }: Declared): HowRounded {
  return howRounded(roundingMode, roundingSteps?.lines)
}

/** How taxes are rounded. */
export function taxesRounded({ roundingMode, taxRoundingMode, roundingSteps }: Declared): HowRounded {
  return howRounded(taxRoundingMode ?? roundingMode, roundingSteps?.taxes)
}

function howRounded(mode: RoundingMode | undefined, step = 1): HowRounded {
  return { mode: mode ?? 'halfUp', step, isDeclared: mode !== undefined }
}

/** Equal if the till declared how it rounds, otherwise a multiple of the step that is at most one step off. */
export function isRoundedTo(expected: number, actual: number, { step, isDeclared }: HowRounded): boolean {
  if (actual === expected) return true
  return !isDeclared && Math.abs(actual - expected) <= step && actual % step === 0
}
