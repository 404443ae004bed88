/** A time as text: 0:05, 2:05, 1:02:05. */
export function timeText(seconds: number): string {
  const whole = Math.ceil(seconds)
  const [hours, minutes, rest] = [Math.floor(whole / 3_600), Math.floor((whole % 3_600) / 60), whole % 60]
  const two = (number: number) => String(number).padStart(2, '0')
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`
}

/** How long `count` more take at this rate, in words; undefined if that is unknown. */
export function timeLeft(count: number, perSecond: number | undefined): string | undefined {
  if (count <= 0 || perSecond === undefined || perSecond <= 0) return undefined
  return `${timeText(count / perSecond)} left`
}
