/**
 * How a quotient becomes an integer. Signs are mirrored, as tills do for returns: `up` is away from zero and `down`
 * towards it; `half…` says what happens to an exact half (away from zero, to the even neighbour, towards zero).
 */
export type RoundingMode = 'halfUp' | 'halfEven' | 'halfDown' | 'up' | 'down'

/** Below this, one divisor more than a safe integer is still one. */
const HALF_OF_SAFE = 2 ** 52

/**
 * round(numerator / divisor) for safe integers, divisor > 0. Exact: only the integer quotient and remainder are used,
 * which doubles represent without error below 2^53.
 */
export function divideRounded(numerator: number, divisor: number, mode: RoundingMode): number {
  const magnitude = Math.abs(numerator)
  let quotient: number
  let remainder: number
  if (magnitude < HALF_OF_SAFE && divisor < HALF_OF_SAFE) {
    // Several times faster than `%`. The double of the quotient may be one too large, never too small.
    quotient = Math.floor(magnitude / divisor)
    remainder = magnitude - quotient * divisor
    if (remainder < 0) {
      quotient -= 1
      remainder += divisor
    }
  } else {
    remainder = magnitude % divisor
    quotient = (magnitude - remainder) / divisor
  }
  if (remainder === 0) return numerator < 0 ? -quotient : quotient
  const half = remainder - (divisor - remainder)
  const rounded = awayFromZero(mode, half, quotient % 2 === 1) ? quotient + 1 : quotient
  return numerator < 0 ? -rounded : rounded
}

/** `divideRounded` for integers of any size. */
export function divideRoundedBig(numerator: bigint, divisor: bigint, mode: RoundingMode): bigint {
  const magnitude = numerator < 0n ? -numerator : numerator
  const remainder = magnitude % divisor
  const quotient = magnitude / divisor
  if (remainder === 0n) return numerator < 0n ? -quotient : quotient
  const twice = remainder * 2n
  const half = twice < divisor ? -1 : twice > divisor ? 1 : 0
  const rounded = awayFromZero(mode, half, quotient % 2n === 1n) ? quotient + 1n : quotient
  return numerator < 0n ? -rounded : rounded
}

/** Whether a quotient with a remainder goes up in magnitude; `half` is negative, 0 or positive: below, at, above. */
function awayFromZero(mode: RoundingMode, half: number, isOdd: boolean): boolean {
  if (mode === 'up') return true
  if (mode === 'down') return false
  if (half !== 0) return half > 0
  return mode === 'halfUp' || (mode === 'halfEven' && isOdd)
}
