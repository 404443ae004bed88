/**
 * An attacker, in a process of its own so that it does not delay the till's clock: `attacker.ts NAME PORT [MEANS]`, with
 * an IPC channel. Sends its tally four times a second. It runs until it is killed, or its parent is gone.
 */
import { writeFile } from 'node:fs/promises'
import { setPriority } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { importJWK, SignJWT } from 'jose'
import type { Attack, Means } from './attack.ts'
import { ATTACKS } from './attacks.ts'
import { AttackConnection, newTally } from './connection.ts'

const REPORT_EVERY_MS = 250
const NICE = 5
/** A connection that was closed at once is opened again, but not in a loop without a pause. */
const PAUSE_MS = 20
/** So long may the attack take to open its connections. */
const OPENING_MS = 500

const [name, port, key = 'null'] = process.argv.slice(2)
const attack = ATTACKS.find((one) => one.name === name)
if (attack === undefined) throw new Error(`no attack ${name}`)
await stepBehind()
process.on('disconnect', () => process.exit())

const tally = newTally()
setInterval(() => process.send?.(tally), REPORT_EVERY_MS)
await start(attack, await meansOf(JSON.parse(key)))

async function start(attack: Attack, means: Means): Promise<void> {
  const everyMs = OPENING_MS / attack.connections
  for (let index = 0; index < attack.connections; index++) {
    void repeat(attack, index, means)
    await sleep(everyMs)
  }
}

async function repeat(attack: Attack, index: number, means: Means): Promise<never> {
  for (;;) {
    const connection = await AttackConnection.open(Number(port), addressOf(attack, index), tally)
    if (connection.isOpen) await attack.use(connection, index, means)
    connection.close()
    await sleep(PAUSE_MS)
  }
}

/** Linux has all of 127.0.0.0/8; elsewhere the attacker has the till's address. */
function addressOf({ addresses = 1 }: Attack, index: number): string | undefined {
  return process.platform === 'linux' ? `127.0.1.${1 + (index % addresses)}` : undefined
}

/**
 * Comes after the tills when both want a processor, as if it ran on another machine; but it must not starve on a busy
 * one. With autogroup (`sched(7)`), Linux looks at nice values only within a session: this process has one of its own,
 * and gives that a nice value, too.
 */
async function stepBehind(): Promise<void> {
  setPriority(NICE)
  await writeFile('/proc/self/autogroup', String(NICE)).catch(() => {})
}

async function meansOf(jwk: { kid: string } | null): Promise<Means> {
  if (jwk === null) return { token: undefined, sign: null }
  const key = await importJWK(jwk, 'EdDSA')
  const sign = async (claims: Record<string, unknown>) => {
    const iat = Math.floor(Date.now() / 1_000)
    const all = {
      ...{ sub: 'attacker', jti: 'attacker', iat, exp: iat + 3_600, aud: 'tillgate' },
      ...{ scope: 'invoices:write', stores: Array.from({ length: 16 }, (_, i) => `X${i}`), terminals: '*' },
      ...claims,
    }
    return await new SignJWT(all).setProtectedHeader({ alg: 'EdDSA', kid: jwk.kid }).sign(key)
  }
  return { token: await sign({}), sign }
}
