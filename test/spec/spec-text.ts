import { BATCH } from './batch-table.ts'
import { ENTRY } from './entry-table.ts'
import { EVERY_LANE, EVERY_STAGE } from './explored.ts'
import { type Invariant, LANE_INVARIANTS, STAGE_INVARIANTS } from './invariants.ts'
import { LANE } from './lane-table.ts'
import { STAGE } from './stage-table.ts'
import { markdownOf } from './table.ts'

/** What `docs/spec.md` has between `<!-- name -->` and `<!-- end -->`. */
const PARTS: Readonly<Record<string, string>> = {
  lane: markdownOf(LANE),
  record: markdownOf(ENTRY),
  batch: markdownOf(BATCH),
  'lane invariants': listOf(LANE_INVARIANTS),
  stage: markdownOf(STAGE),
  'stage invariants': listOf(STAGE_INVARIANTS),
  schedules: explored(),
}

function listOf(invariants: readonly Invariant[]): string {
  const rows = invariants.map(({ says, file, line, test }) => {
    const code = line.replaceAll('|', '\\|')
    return `| ${says} | \`${file}\`: \`${code}\` | \`${test.file}\`: ${test.name} |\n`
  })
  return `| always | enforced by | noticed by |\n| --- | --- | --- |\n${rows.join('')}`
}

function explored(): string {
  const [lane, stage] = [EVERY_LANE.found, EVERY_STAGE.found]
  const count = (number: number) => number.toLocaleString('en')
  return `| | what can happen | |
| --- | --- | --- |
| a lane: three records, eight steps | a record comes; the batch leaves, is stored, is stored without an answer, may be stored later, is refused, is too large, loses its producer; a time-out; the end | ${count(lane.schedules)} schedules |
| two owners of a partition: three epochs, two faults | each request is answered, lost, done without an answer, done late, done in part; a transaction times out; retention deletes what was judged | ${count(stage.schedules)} schedules, by way of ${count(stage.states)} states |
`
}

/** The document with every part as it has to be. Throws if one has no place in it. */
export function withParts(document: string): string {
  let text = document
  for (const [name, part] of Object.entries(PARTS)) {
    const [before, rest, more] = text.split(`<!-- ${name} -->\n`)
    const end = rest?.indexOf('<!-- end -->') ?? -1
    if (rest === undefined || more !== undefined || end === -1)
      throw new Error(`the document has no place for: ${name}`)
    text = `${before}<!-- ${name} -->\n\n${part}\n${rest.slice(end)}`
  }
  return text
}
