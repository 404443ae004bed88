import type { Attack } from './attack.ts'
import { BODY_ATTACKS } from './body-attacks.ts'
import { CONNECTION_ATTACKS } from './connection-attacks.ts'
import { REQUEST_ATTACKS } from './request-attacks.ts'
import { TOKEN_ATTACKS } from './token-attacks.ts'

/** What a busy process beside the gateway costs, although it sends nothing: the noise floor of the other rows. */
export const NOISE: Attack = {
  name: 'noise',
  what: 'a busy process that sends nothing',
  connections: 1,
  use: async (connection) => {
    await connection.send('')
    for (;;) {
      const untilMs = performance.now() + 50
      while (performance.now() < untilMs);
      await new Promise(setImmediate)
    }
  },
}

/** Every attack, in the order in which they are run: those against a gateway that asks for tokens come last. */
export const ATTACKS: readonly Attack[] = [
  NOISE,
  ...CONNECTION_ATTACKS,
  ...BODY_ATTACKS,
  ...REQUEST_ATTACKS,
  ...TOKEN_ATTACKS,
]
