import { pointerStep } from './pointer.ts'
import { holdsCardNumber } from './rules/card-number.ts'
import { isGtin } from './rules/gtin.ts'
import type { Report } from './violation.ts'

/**
 * Looks for card numbers in every text, member name and integer of a parsed document, whether the schema allows it or
 * not. In members that name an item, a GTIN-14 with a right check digit is not a card number. Only a pointer is
 * reported; a name that holds a card number is masked in it.
 */
export function checkCardNumbers(document: unknown, report: Report): void {
  visit(document, [], report)
}

function visit(value: unknown, path: (string | number)[], report: Report): void {
  if (typeof value === 'string') {
    if (holdsCardNumber(value) && !isItemNumber(value, pointerOf(path))) report('card-number', pointerOf(path))
  } else if (typeof value === 'number') {
    if (holdsCardNumber(String(value))) report('card-number', pointerOf(path))
  } else if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      path.push(i)
      visit(value[i], path, report)
      path.pop()
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const name of Object.keys(value)) {
      path.push(name)
      if (holdsCardNumber(name)) report('card-number', pointerOf(path))
      visit((value as Record<string, unknown>)[name], path, report)
      path.pop()
    }
  }
}

const ITEM_FIELD = /^\/lines\/\d+\/(?:gtin|itemCode|description)$/

function isItemNumber(text: string, pointer: string): boolean {
  return ITEM_FIELD.test(pointer) && !holdsCardNumber(text, isGtin)
}

function pointerOf(path: readonly (string | number)[]): string {
  return path.map(pointerStep).join('')
}
