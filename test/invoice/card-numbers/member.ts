import { type Breakable, plainSale } from '../plain-sale.ts'

/** A sale with this value at the pointer; the objects and arrays on the way are made. */
export function saleWith(pointer: string, value: unknown): Breakable {
  const sale: Breakable = plainSale()
  const steps = pointer.split('/').slice(1)
  let parent = sale
  for (const [i, step] of steps.entries()) {
    if (i === steps.length - 1) parent[step] = value
    else parent[step] ??= /^\d+$/.test(steps[i + 1]!) ? [] : {}
    parent = parent[step]
  }
  return sale
}
