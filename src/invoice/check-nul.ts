import { pointerStep } from './pointer.ts'
import type { Report } from './violation.ts'

/**
 * Looks for U+0000 in every text and member name of a parsed document, in `extensions` too. PostgreSQL and other
 * databases cannot store it, so the invoice would be lost behind Kafka.
 */
export function checkNul(value: unknown, report: Report, pointer = ''): void {
  if (typeof value === 'string') {
    if (value.includes('\0')) report('nul-character', pointer)
  } else if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) checkNul(value[i], report, `${pointer}/${i}`)
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      const place = pointer + pointerStep(name)
      if (name.includes('\0')) report('nul-character', place)
      checkNul(member, report, place)
    }
  }
}
