/** What a reference reader says of a text: its value, or that strict JSON has no such text. */
export type NaiveResult = { readonly ok: true; readonly value: unknown } | { readonly ok: false }

/**
 * Reads strict JSON one character after the other, straight from the grammar of RFC 8259 and the limits of the
 * contract. Slow and recursive: a reference for tests, sharing nothing with `src/invoice/`.
 */
export function naiveParse(text: string, maxDepth: number): NaiveResult {
  let at = 0
  const fail = (): never => {
    throw new SyntaxError('not strict JSON')
  }
  const blank = () => {
    while (at < text.length && ' \t\n\r'.includes(text[at] as string)) at++
  }
  const expect = (literal: string) => {
    if (!text.startsWith(literal, at)) fail()
    at += literal.length
  }
  const string = (): string => {
    expect('"')
    let value = ''
    for (;;) {
      const c = text[at++]
      if (c === undefined || c < ' ') return fail()
      if (c === '"') return /\p{Surrogate}/u.test(value) ? fail() : value
      if (c !== '\\') value += c
      else {
        const escaped = text[at++] ?? ''
        const plain = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }[escaped]
        if (plain !== undefined) value += plain
        else if (escaped === 'u' && /^[0-9a-fA-F]{4}$/.test(text.slice(at, at + 4))) {
          value += String.fromCharCode(Number.parseInt(text.slice(at, at + 4), 16))
          at += 4
        } else fail()
      }
    }
  }
  const value = (depth: number): unknown => {
    blank()
    const c = text[at]
    if (c === '"') return string()
    if (c === '{' || c === '[') {
      if (depth === maxDepth) fail()
      at++
      return c === '{' ? object(depth + 1) : array(depth + 1)
    }
    for (const [literal, meaning] of [['true', true] as const, ['false', false] as const, ['null', null] as const])
      if (text.startsWith(literal, at)) {
        at += literal.length
        return meaning
      }
    const token = /^-?[0-9.eE+-]*/.exec(text.slice(at))?.[0] ?? ''
    if (!/^(0|-?[1-9][0-9]*)$/.test(token)) fail()
    at += token.length
    return Math.abs(Number(token)) <= 2 ** 53 - 1 ? Number(token) : fail()
  }
  const array = (depth: number): unknown[] => {
    const elements: unknown[] = []
    blank()
    if (text[at] === ']') at++
    else
      for (;;) {
        elements.push(value(depth))
        blank()
        if (text[at++] === ']') break
        if (text[at - 1] !== ',') fail()
      }
    return elements
  }
  const object = (depth: number): unknown => {
    const members = new Map<string, unknown>()
    blank()
    if (text[at] === '}') at++
    else
      for (;;) {
        blank()
        const name = string()
        if (members.has(name)) fail()
        blank()
        expect(':')
        members.set(name, value(depth))
        blank()
        if (text[at++] === '}') break
        if (text[at - 1] !== ',') fail()
      }
    return Object.fromEntries(members)
  }
  try {
    const result = value(0)
    blank()
    return at === text.length ? { ok: true, value: result } : { ok: false }
  } catch {
    return { ok: false }
  }
}
