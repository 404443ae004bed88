import type { DocumentedCommand } from './documented-commands.ts'
import type { Session, Step } from './kafka-sessions.ts'
import type { Runner } from './runners.ts'

export interface Assignment {
  readonly steps: ReadonlyMap<Step, DocumentedCommand>
  readonly runners: ReadonlyMap<Runner, readonly DocumentedCommand[]>
  /** One line each: a command that nothing runs, or two runners; a step or a runner without a command. */
  readonly problems: readonly string[]
}

const placeOf = ({ document, line, text }: DocumentedCommand) => `${document}:${line}: ${text}`

/** Finds for each command what runs it. A step takes one command, the first of its heading that it fits. */
export function assign(
  commands: readonly DocumentedCommand[],
  sessions: readonly Session[],
  runners: readonly Runner[],
): Assignment {
  const problems: string[] = []
  const steps = new Map<Step, DocumentedCommand>()
  const taken = new Set<DocumentedCommand>()
  for (const { document, heading, steps: wanted } of sessions) {
    const below = commands.filter((command) => command.document === document && command.heading === heading)
    let from = 0
    for (const step of wanted) {
      const at = below.findIndex(({ text }, index) => index >= from && text.startsWith(step.command))
      const command = below[at]
      if (command === undefined) {
        problems.push(`${document}, below "${heading}": no such command here, or not in this order: ${step.command}`)
        continue
      }
      from = at + 1
      steps.set(step, command)
      taken.add(command)
    }
  }
  const byRunner = new Map<Runner, DocumentedCommand[]>()
  for (const command of commands) {
    const fitting = runners.filter((runner) => runner.command.test(command.text))
    const count = fitting.length + (taken.has(command) ? 1 : 0)
    if (count === 0) problems.push(`${placeOf(command)}: no test runs this command`)
    if (count > 1) problems.push(`${placeOf(command)}: ${count} runners`)
    for (const runner of fitting) byRunner.set(runner, [...(byRunner.get(runner) ?? []), command])
  }
  for (const runner of runners)
    if (!byRunner.has(runner)) problems.push(`no document has the command of a runner: ${runner.command}`)
  return { steps, runners: byRunner, problems }
}
