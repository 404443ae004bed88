/** The choices of one schedule. */
export interface Schedule {
  /** Says which of `count` things happens next: 0 to `count - 1`. */
  choose(count: number): number
  /** Whether the choices so far are those of no earlier schedule. */
  readonly isNew: boolean
}

/**
 * Runs a schedule for each sequence of choices that there is, in order. A run must do the same whenever it is given the same
 * choices, and must come to an end. Resolves with the number of schedules; rejects at the first that fails, with
 * its choices.
 */
export async function everySchedule(run: (schedule: Schedule) => Promise<void>): Promise<number> {
  /** The choices of the present schedule, and of how many each was one. */
  const path: { chosen: number; count: number }[] = []
  for (let schedules = 1; ; schedules++) {
    const sameAsBefore = path.length - 1
    let depth = 0
    const schedule: Schedule = {
      choose: (count) => {
        const step = path[depth] ?? { chosen: 0, count }
        if (step.count !== count) throw new Error(`step ${depth} had ${step.count} choices, and now has ${count}`)
        path[depth++] = step
        return step.chosen
      },
      get isNew() {
        return depth > sameAsBefore
      },
    }
    await run(schedule).catch((error: unknown) => {
      throw new Error(`choices ${path.map(({ chosen }) => chosen).join(' ')}`, { cause: error })
    })
    path.length = depth
    while (path.length > 0 && path.at(-1)!.chosen === path.at(-1)!.count - 1) path.pop()
    const last = path.at(-1)
    if (last === undefined) return schedules
    last.chosen++
  }
}
