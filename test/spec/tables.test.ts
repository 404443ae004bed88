import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { BATCH, seenOfBatch } from './batch-table.ts'
import { ENTRY, seenOfEntry } from './entry-table.ts'
import { LANE, seenOfLane } from './lane-table.ts'
import { seenOfStage } from './stage-scene.ts'
import { STAGE } from './stage-table.ts'
import type { Cell, Table } from './table.ts'

/** Brings the real code into each state, lets each event happen, and compares what is seen with the cell. */
function holds<State extends string, Event extends string>(
  what: string,
  table: Table<State, Event>,
  seen: (state: State, event: Event) => Cell<State> | Promise<Cell<State>>,
): void {
  suite(`as its table says, ${what}`, () => {
    for (const state of Object.keys(table) as State[])
      test(`that is ${state}`, async () => {
        for (const event of Object.keys(table[state]) as Event[])
          assert.deepEqual(await seen(state, event), table[state][event], event)
      })
  })
}

holds('a batch', BATCH, seenOfBatch)
holds('a record in a lane', ENTRY, seenOfEntry)
holds('a lane', LANE, seenOfLane)
holds('the loop of a partition', STAGE, seenOfStage)
