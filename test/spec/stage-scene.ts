import { Fenced, type Ownership } from '../../src/dedup/ownership.ts'
import { POSITION_KEY, positionValue } from '../../src/dedup/position.ts'
import { fingerprintOf } from '../../src/dedup/raw-record.ts'
import { Refusal } from '../../src/dedup/refusal.ts'
import { runPartition } from '../../src/dedup/run-partition.ts'
import { turn } from '../accumulator/fakes.ts'
import { rawRecord } from '../dedup/raw-records.ts'
import { STAGE, type StageEvent, type StageState, WAYS } from './stage-table.ts'
import { RULES } from './stage-world.ts'
import type { Cell } from './table.ts'

interface Request {
  readonly name: 'open' | Exclude<keyof Ownership, 'close'> | 'fetch the last judged' | 'pause'
  resolve(answer: unknown): void
  reject(error: Error): void
}

const START = 5
const SENT = { journal: 0, sequenceNumber: 1, content: 0, writing: 0, clockErrorMs: 0, isForeign: false }
const RECORD = rawRecord(SENT, START, 1_000)
const JUDGED = rawRecord(SENT, START - 1, 999)
const LAST = { offset: JUDGED.offset, fingerprint: fingerprintOf(JUDGED) }
const UP_TO_DATE = { kind: 'records', records: [], nextOffset: START, startOffset: 0, endOffset: START } as const
const FOUND = { ...UP_TO_DATE, records: [RECORD], nextOffset: START + 1, endOffset: START + 1 }
const DELETED = { kind: 'out-of-range', startOffset: START + 1, endOffset: START + 2 } as const
const WRITTEN = ['unique', 'journals'].map((topic) => ({ topic, baseOffset: 0 }))

/** The real loop, and its request that was not answered. */
class Scene {
  readonly done: string[] = []
  readonly #stopping = new AbortController()
  #request: Request | undefined
  #restores = 0
  #take: Parameters<Ownership['restore']>[0] = () => {}
  #end: 'stopped' | 'refused' | undefined

  constructor() {
    const world = {
      open: () => this.#ask<Ownership>('open'),
      pause: async (ms: number) => {
        this.done.push(`${ms} ms`)
        await this.#ask('pause')
      },
      random: () => 0.5,
    }
    const watcher = { restored: () => {}, fetched: () => {}, committed: () => {}, lost: () => {} }
    runPartition(world, RULES, watcher, this.#stopping.signal).then(
      () => {
        this.#end = 'stopped'
      },
      (error: unknown) => {
        if (!(error instanceof Refusal)) throw error
        this.#end = 'refused'
      },
    )
  }

  get state(): StageState {
    if (this.#end !== undefined) return this.#end
    const { name } = this.#request!
    return name === 'restore' && this.#restores > 1 ? 'restore again' : name
  }

  /** Lets an event happen. `false`: there is no such event in this state. */
  async happen(event: StageEvent): Promise<boolean> {
    const request = this.#request
    if (request === undefined) return false
    const { name } = request
    if (event === 'failed' || event === 'fenced') {
      if (name === 'pause') return false
      request.reject(event === 'fenced' ? new Fenced() : new Error('no answer'))
    } else if (event === 'answered with nothing' || event === 'contradicted') {
      const answer = this.#answers[name][event]
      if (answer === undefined) return false
      answer(request)
    } else {
      if (event === 'told to stop, and answered') this.#stopping.abort()
      this.#answers[name].answered(request)
    }
    if (this.#request === request) this.#request = undefined
    await turn()
    return true
  }

  readonly #answers: Readonly<
    Record<
      Request['name'],
      Partial<Record<StageEvent, (request: Request) => void>> & { answered: (request: Request) => void }
    >
  > = {
    open: {
      answered: ({ resolve }) => resolve(this.#ownership),
      contradicted: ({ reject }) => reject(new Refusal('other partitions')),
    },
    restore: {
      answered: ({ resolve }) => {
        this.#take(Buffer.from(POSITION_KEY), positionValue({ next: START, timeMs: 999, last: LAST }))
        resolve(undefined)
      },
      'answered with nothing': ({ resolve }) => resolve(undefined),
      contradicted: ({ reject }) => {
        try {
          this.#take(Buffer.from('S/T/J'), Buffer.from('damaged'))
        } catch (error) {
          reject(error as Error)
        }
      },
    },
    hasUnique: { answered: ({ resolve }) => resolve(false), contradicted: ({ resolve }) => resolve(true) },
    'fetch the last judged': {
      answered: ({ resolve }) => resolve({ ...UP_TO_DATE, records: [JUDGED] }),
      'answered with nothing': ({ resolve }) => resolve(UP_TO_DATE),
      contradicted: ({ resolve }) => resolve({ ...UP_TO_DATE, records: [{ ...JUDGED, timestampMs: 1 }] }),
    },
    fetch: {
      answered: ({ resolve }) => resolve(FOUND),
      'answered with nothing': ({ resolve }) => resolve(UP_TO_DATE),
      contradicted: ({ resolve }) => resolve(DELETED),
    },
    append: {
      answered: ({ resolve }) => resolve(WRITTEN),
      'answered with nothing': ({ resolve }) => resolve([]),
      contradicted: ({ resolve }) => resolve(WRITTEN.map((one) => ({ ...one, baseOffset: -1 }))),
    },
    commit: { answered: ({ resolve }) => resolve(undefined) },
    pause: { answered: ({ resolve }) => resolve(undefined) },
  }

  #ask<T = void>(name: Request['name']): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#request = { name, resolve: resolve as Request['resolve'], reject }
    })
  }

  get #ownership(): Ownership {
    return {
      restore: (take) => {
        this.#restores++
        this.#take = take
        return this.#ask('restore')
      },
      hasUnique: () => this.#ask('hasUnique'),
      fetch: (offset) => this.#ask(offset === LAST.offset ? 'fetch the last judged' : 'fetch'),
      append: () => this.#ask('append'),
      commit: () => this.#ask('commit'),
      close: async () => void this.done.push('closed'),
    }
  }
}

/** What the real loop does. */
export async function seenOfStage(state: StageState, event: StageEvent): Promise<Cell<StageState>> {
  const scene = new Scene()
  for (const step of WAYS[state]) await scene.happen(step)
  if (scene.state !== state) throw new Error(`the loop is at ${scene.state}, not at ${state}`)
  scene.done.length = 0
  if (!(await scene.happen(event))) {
    const cell = STAGE[state][event] // it says why there is no such event
    return 'never' in cell ? cell : { never: 'it did not happen' }
  }
  return scene.done.length === 0 ? { to: scene.state } : { to: scene.state, says: scene.done.join(', ') }
}
