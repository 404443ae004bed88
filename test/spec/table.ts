/** What an event does in a state, as far as it can be seen from outside. */
export type Cell<State extends string> =
  /** `says`: what is answered, or what the record is told. */
  | { readonly to: State; readonly says?: string }
  /** It is a bug elsewhere, and the code throws this. */
  | { readonly bug: string }
  /** It cannot happen, because there is nothing that it could happen to. */
  | { readonly never: string }

/** A cell for each event in each state: one that is forgotten does not compile. */
export type Table<State extends string, Event extends string> = Readonly<
  Record<State, Readonly<Record<Event, Cell<State>>>>
>

/** The table in Markdown. Whatever there is more of, states or events, is in the rows. */
export function markdownOf<State extends string, Event extends string>(table: Table<State, Event>): string {
  const states = Object.keys(table) as State[]
  const events = Object.keys(table[states[0]!]) as Event[]
  const text = (state: State, event: Event) => textOf(table[state][event], state)
  const rows =
    states.length > events.length
      ? [['', ...events], ...states.map((state) => [named(state), ...events.map((event) => text(state, event))])]
      : [['', ...states.map(named)], ...events.map((event) => [event, ...states.map((state) => text(state, event))])]
  const [head = [], ...body] = rows
  return [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

const named = (state: string) => `*${state}*`

function textOf<State extends string>(cell: Cell<State>, from: State): string {
  if ('never' in cell) return '–'
  if ('bug' in cell) return `throws: ${cell.bug}`
  const to = cell.to === from ? '' : named(cell.to)
  return [to, cell.says].filter((part) => part).join('; ') || '='
}
