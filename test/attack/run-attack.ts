import { type ChildProcess, fork } from 'node:child_process'
import { on, once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Attack } from './attack.ts'
import { isUnderWay, newTally, type Tally } from './connection.ts'
import { type Seen, watch } from './till.ts'
import { faultsOf, isDoubtful, type Round } from './verdict.ts'

const ATTACKER = fileURLToPath(new URL('attacker.ts', import.meta.url))
const BARE_SERVER = fileURLToPath(new URL('bare-server.ts', import.meta.url))
/** An attack may need some time to do its harm. */
const EFFECT_MS = 500
const START_TIMEOUT_MS = 60_000
/** A doubtful row is measured again, so that its median counts. */
const MAX_ROUNDS = 3

/** What is attacked. */
interface AttackTarget {
  readonly url: string
  /** The key that the attacker's tokens are signed with, as JSON. */
  readonly key?: string | undefined
}

/** The gateway under attack. */
export interface Attacked extends AttackTarget {
  /** The till's. */
  readonly token?: string | undefined
  readonly residentBytes: number
  /** The longest that its event loop stood still since the last call, in milliseconds; `undefined`: it does not say. */
  longestBlockMs(): Promise<number | undefined>
}

export interface Row {
  readonly name: string
  readonly what: string
  readonly sent: Tally
  readonly rounds: readonly Round[]
  /** The noise floor that it was judged with: see `faultsOf`. */
  readonly noiseMs: number
  /** The till's p50 while a server that does nothing was attacked in the gateway's place; measured where x is above 2. */
  readonly floorMs: number | undefined
  readonly residentBytes: number
  readonly longestBlockMs: number | undefined
  readonly faults: readonly string[]
}

export interface RunOptions {
  readonly seconds: number
  readonly noiseMs: number
  readonly signal?: AbortSignal | undefined
  readonly onStep?: (step: string) => void
  /** Default: 20. */
  readonly postsPerSecond?: number
}

/**
 * Measures the till without the attack and with it, in pairs. If only its p50 speaks against the attack, then also
 * beside the same attack on a server that does nothing. The attackers are gone when it resolves.
 */
export async function runAttack(attack: Attack, gateway: Attacked, options: RunOptions): Promise<Row> {
  const { seconds, noiseMs, signal, onStep = () => {}, postsPerSecond } = options
  const { url, token } = gateway
  const rounds: Round[] = []
  let sent = newTally()
  let residentBytes = 0
  let longestBlockMs: number | undefined
  let faults: string[] = []
  let floorMs: number | undefined
  const look = (): Promise<Seen> =>
    watch({ url, token, seconds, ...(signal && { signal }), ...(postsPerSecond && { postsPerSecond }) })
  const sampler = setInterval(() => {
    residentBytes = Math.max(residentBytes, gateway.residentBytes)
  }, 100)
  try {
    do {
      onStep('the till alone')
      const before = await look()
      await gateway.longestBlockMs()
      onStep('under attack')
      sent = await beside(attack, gateway, async () => {
        const during = await look()
        rounds.push({ before, during })
        longestBlockMs = larger(longestBlockMs, await gateway.longestBlockMs())
      })
      faults = faultsOf(rounds, noiseMs, residentBytes)
      signal?.throwIfAborted()
    } while (isDoubtful(faults) && rounds.length < MAX_ROUNDS)
    if (isDoubtful(faults)) {
      onStep('a bare server under attack')
      floorMs = await floorOf(attack, gateway, look)
      faults = faultsOf(rounds, Math.max(noiseMs, floorMs), residentBytes)
    }
  } finally {
    clearInterval(sampler)
  }
  return { name: attack.name, what: attack.what, sent, rounds, noiseMs, floorMs, residentBytes, longestBlockMs, faults }
}

/** Does something while an attack is under way. Resolves with what that sent, and when it is over. */
async function beside(attack: Attack, target: AttackTarget, look: () => Promise<void>): Promise<Tally> {
  const attacker = await Attacker.start(attack, target)
  try {
    await sleep(EFFECT_MS)
    await look()
  } finally {
    await attacker.end()
  }
  return attacker.tally
}

async function floorOf(attack: Attack, { key }: Attacked, look: () => Promise<Seen>): Promise<number> {
  const server = fork(BARE_SERVER, { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  try {
    const [port] = await once(server, 'message', { signal: AbortSignal.timeout(START_TIMEOUT_MS) })
    let floorMs = 0
    await beside(attack, { url: `http://127.0.0.1:${port}`, key }, async () => {
      floorMs = (await look()).p50Ms
    })
    return floorMs
  } finally {
    await end(server)
  }
}

/** Ends a process; the kernel closes its connections. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

function larger(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b)
}

/** The process of an attack. */
class Attacker {
  readonly #child: ChildProcess
  tally = newTally()

  private constructor(child: ChildProcess) {
    this.#child = child
    child.on('message', (tally: Tally) => {
      this.tally = tally
    })
  }

  /** Resolves when all its connections were tried and something was sent; rejects if it does not come to that. */
  static async start({ name, connections }: Attack, { url, key }: AttackTarget): Promise<Attacker> {
    const args = [name, new URL(url).port, ...(key === undefined ? [] : [key])]
    // A session of its own: see `stepBehind` in attacker.ts.
    const child = fork(ATTACKER, args, { detached: true, execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    const attacker = new Attacker(child)
    try {
      const signal = AbortSignal.timeout(START_TIMEOUT_MS)
      for await (const [tally] of on(child, 'message', { close: ['exit'], signal }))
        if (isUnderWay(tally, connections)) return attacker
      throw new Error('it ended by itself')
    } catch (error) {
      await attacker.end()
      throw new Error(`the attack ${name} did not get under way`, { cause: error })
    }
  }

  end(): Promise<void> {
    return end(this.#child)
  }
}
